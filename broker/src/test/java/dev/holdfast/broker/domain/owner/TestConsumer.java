package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.SubscriptionRequest;
import java.util.ArrayList;
import java.util.List;

/** A receiving link that remembers what it hears. */
final class TestConsumer implements ConsumerPort {
  final List<Delivery> deliveries = new ArrayList<>();
  final List<String> texts = new ArrayList<>();
  final List<Delivery> stored = new ArrayList<>();
  final List<Delivery> takenBack = new ArrayList<>();
  final List<NodeError> unsubscribed = new ArrayList<>();
  final List<Long> drained = new ArrayList<>();
  final List<String> paused = new ArrayList<>();
  OpenedSource opened;
  NodeError closed;
  Outcome defaultOutcome = new Outcome.Modified(true, false);
  boolean callsSent;

  /** The connection; null: one of its own. */
  Peer peer;

  private final Rig rig;

  TestConsumer(Rig rig) {
    this.rig = rig;
  }

  TestConsumer open(String node) {
    return open(node, false, Rig.ADMIN);
  }

  TestConsumer open(String node, boolean preSettled, Principal principal) {
    rig.submit(
        new OwnerCommand.OpenConsumer(
            this,
            peer == null ? new Peer(principal, "test") : peer,
            SourceRequest.of(node),
            preSettled,
            defaultOutcome));
    return this;
  }

  TestConsumer open(Peer peer, SourceRequest source) {
    rig.submit(new OwnerCommand.OpenConsumer(this, peer, source, false, defaultOutcome));
    return this;
  }

  TestConsumer find(Peer peer, SubscriptionRequest subscription) {
    rig.submit(new OwnerCommand.FindSubscription(this, peer, subscription));
    return this;
  }

  void close(LinkEnding ending) {
    rig.submit(new OwnerCommand.CloseConsumer(this, ending));
  }

  TestConsumer flow(long limit) {
    return flow(limit, Long.MAX_VALUE, false);
  }

  TestConsumer flow(long limit, long bytes, boolean drain) {
    rig.submit(new OwnerCommand.Flow(this, limit, bytes, drain));
    return this;
  }

  void settle(int index, Outcome outcome) {
    settle(deliveries.get(index), outcome);
  }

  void settle(Delivery delivery, Outcome outcome) {
    rig.submit(new OwnerCommand.Settle(this, delivery, outcome, true));
  }

  /** An outcome in a transaction. */
  void settle(int index, Outcome outcome, boolean settled, long transaction) {
    rig.submit(
        new OwnerCommand.Settle(this, deliveries.get(index), outcome, !settled, transaction));
  }

  void close() {
    rig.submit(new OwnerCommand.CloseConsumer(this, LinkEnding.DETACHED));
  }

  /** What has come since the last call. */
  List<String> take() {
    List<String> taken = new ArrayList<>(texts);
    texts.clear();
    return taken;
  }

  @Override
  public EdgeLoop loop() {
    return rig.edge;
  }

  @Override
  public void opened(OpenedSource node) {
    opened = node;
  }

  @Override
  public void deliver(List<Delivery> more) {
    for (Delivery delivery : more) {
      deliveries.add(delivery);
      texts.add(Rig.text(delivery.message().body()));
      if (callsSent) {
        delivery.sent();
      }
    }
  }

  @Override
  public void outcomesStored(List<Delivery> outcomes) {
    stored.addAll(outcomes);
  }

  @Override
  public void lockExpired(Delivery delivery) {
    takenBack.add(delivery);
  }

  @Override
  public void paused(String reason) {
    paused.add(reason);
  }

  @Override
  public void drained(long available) {
    drained.add(available);
  }

  @Override
  public void unsubscribed(NodeError error) {
    unsubscribed.add(error);
  }

  @Override
  public void closed(NodeError error) {
    closed = error;
  }
}
