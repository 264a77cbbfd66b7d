package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.NodeAdmin.Published;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.TargetRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Management's own links: it sends and receives by the same commands as the edge, so that there is
 * no second path. Their loop is the owner thread itself.
 */
final class AdminLinks {
  /** Enough for one answer; what it hits ends a receive early. */
  private static final long MAX_BYTES = 32L << 20;

  private static final EdgeLoop ON_THE_SPOT = events -> events.forEach(EdgeEvent::apply);

  private AdminLinks() {}

  /** Sends one message. */
  static final class Sender implements PublisherPort {
    private final OwnerInbox inbox;
    private final CompletableFuture<Published> result;

    Sender(OwnerInbox inbox, CompletableFuture<Published> result) {
      this.inbox = inbox;
      this.result = result;
    }

    void send(Principal principal, String node, IncomingMessage message) {
      inbox.submit(
          List.of(
              new OwnerCommand.OpenPublisher(
                  this, new Peer(principal, ""), new TargetRequest(node, null, null, true)),
              new OwnerCommand.Publish(this, node, message, this, true),
              new OwnerCommand.ClosePublisher(this, LinkEnding.CLOSED)));
    }

    @Override
    public EdgeLoop loop() {
      return ON_THE_SPOT;
    }

    @Override
    public boolean waits() {
      return false;
    }

    @Override
    public void opened(NodeInfo node) {}

    @Override
    public void answered(List<PublishAnswer> answers) {
      PublishAnswer answer = answers.get(0);
      NodeError error = answer.error();
      if (error == null || error.code() == NodeError.Code.DUPLICATE) {
        result.complete(new Published(answer.sequence(), error != null));
      } else {
        result.completeExceptionally(new NodeException(error));
      }
    }

    @Override
    public void closed(NodeError error) {
      result.completeExceptionally(new NodeException(error));
    }
  }

  /** Receives what is available now. */
  static final class Receiver implements ConsumerPort {
    private final OwnerInbox inbox;
    private final CompletableFuture<List<PeekedMessage>> result;
    private final Outcome outcome;
    private final List<PeekedMessage> received = new ArrayList<>();
    private final List<Delivery> deliveries = new ArrayList<>();
    private long bytes;
    private int stored;
    private boolean settling;

    Receiver(OwnerInbox inbox, Outcome outcome, CompletableFuture<List<PeekedMessage>> result) {
      this.inbox = inbox;
      this.outcome = outcome;
      this.result = result;
    }

    void receive(Principal principal, String node, int limit) {
      inbox.submit(
          List.of(
              new OwnerCommand.OpenConsumer(
                  this, new Peer(principal, ""), SourceRequest.of(node), false, Outcome.RELEASED),
              new OwnerCommand.Flow(this, limit, MAX_BYTES, true)));
    }

    @Override
    public EdgeLoop loop() {
      return ON_THE_SPOT;
    }

    @Override
    public void opened(OpenedSource source) {}

    @Override
    public void deliver(List<Delivery> batch) {
      for (Delivery delivery : batch) {
        deliveries.add(delivery);
        bytes += delivery.message().heldBytes();
        if (isLeft(delivery)) {
          continue;
        }
        received.add(new PeekedMessage(delivery.message(), delivery.deliveryCount(), false));
      }
      if (bytes >= MAX_BYTES) {
        settle();
      }
    }

    /** What cannot be shown whole must not be consumed: it stays for an AMQP client. */
    private boolean isLeft(Delivery delivery) {
      return outcome == Outcome.ACCEPTED && delivery.message().blob() != null;
    }

    @Override
    public void drained(long available) {
      settle();
    }

    private void settle() {
      if (settling) {
        return;
      }
      settling = true;
      List<OwnerCommand> commands = new ArrayList<>();
      for (Delivery delivery : deliveries) {
        Outcome its = isLeft(delivery) ? Outcome.RELEASED : outcome;
        commands.add(new OwnerCommand.Settle(this, delivery, its, true));
      }
      if (commands.isEmpty()) {
        finish();
      }
      inbox.submit(commands);
    }

    @Override
    public void outcomesStored(List<Delivery> settled) {
      stored += settled.size();
      if (stored == deliveries.size()) {
        finish();
      }
    }

    private void finish() {
      inbox.submit(List.of(new OwnerCommand.CloseConsumer(this, LinkEnding.DETACHED)));
      result.complete(received);
    }

    @Override
    public void closed(NodeError error) {
      result.completeExceptionally(new NodeException(error));
      inbox.submit(List.of(new OwnerCommand.CloseConsumer(this, LinkEnding.DETACHED)));
    }
  }
}
