package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.deadletter.DeadLetterReason;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A consumer that fails in every way, and checks what it is given. */
final class FailConsumer implements ConsumerPort {
  final FailQueue queue;
  private final FailModel model;
  private final Rig rig;
  private final boolean failsWhenLost;

  /** What it has, the oldest first. */
  final Map<Delivery, FailMessage> out = new LinkedHashMap<>();

  final Set<FailMessage> shunned = new HashSet<>();

  /** Since when its oldest delivery is the oldest. */
  long sinceMs;

  private long limit;
  private long delivered;
  boolean closed;

  /** When something was last taken from it. */
  private long takenMs;

  FailConsumer(Rig rig, FailModel model, FailQueue queue, boolean failsWhenLost) {
    this.rig = rig;
    this.model = model;
    this.queue = queue;
    this.failsWhenLost = failsWhenLost;
    queue.consumers.add(this);
    Outcome lost = failsWhenLost ? new Outcome.Modified(true, false) : Outcome.RELEASED;
    rig.submit(
        new OwnerCommand.OpenConsumer(this, Rig.peer(), SourceRequest.of(queue.name), false, lost));
  }

  boolean hasCredit() {
    return !closed && delivered < limit;
  }

  void flow(int credit) {
    limit = delivered + credit;
    rig.submit(new OwnerCommand.Flow(this, limit, Long.MAX_VALUE, false));
  }

  /** Settles the n-th of what it has. */
  void settle(int n, Outcome outcome) {
    Delivery delivery = List.copyOf(out.keySet()).get(n);
    FailMessage message = out.get(delivery);
    takeOff(delivery);
    long now = rig.clock.millis();
    message.unsynced = true;
    message.inDoubt = true;
    if (outcome == Outcome.ACCEPTED) {
      message.place = FailMessage.Place.GONE;
      message.mayBeGone = true;
    } else if (outcome instanceof Outcome.Rejected) {
      message.mayHaveReason = DeadLetterReason.REJECTED;
      message.dies(DeadLetterReason.REJECTED);
    } else if (outcome instanceof Outcome.Modified modified) {
      modified(message, modified, now);
    } else {
      message.waitsUntil(0, 0);
    }
    message.mostFailures = Math.max(message.mostFailures, message.failures);
    rig.submit(new OwnerCommand.Settle(this, delivery, outcome, true));
  }

  private void modified(FailMessage message, Outcome.Modified modified, long now) {
    if (modified.undeliverableHere()) {
      shunned.add(message);
    }
    message.waitsUntil(0, 0);
    if (modified.deliveryFailed()) {
      message.fails(now, modified.deliverAtMs() == 0);
    }
    if (modified.deliverAtMs() > now && message.place == FailMessage.Place.QUEUE) {
      message.waitsUntil(modified.deliverAtMs(), modified.deliverAtMs());
    }
  }

  private void takeOff(Delivery delivery) {
    boolean oldest = out.keySet().iterator().next() == delivery;
    FailMessage message = out.remove(delivery);
    message.at = null;
    if (oldest) {
      sinceMs = rig.clock.millis();
    }
  }

  void close() {
    closed = true;
    queue.consumers.remove(this);
    for (FailMessage message : out.values()) {
      message.at = null;
      message.waitsUntil(0, 0);
      message.unsynced = true;
      message.inDoubt = true;
      if (failsWhenLost) {
        message.fails(rig.clock.millis(), false);
      }
      message.mostFailures = Math.max(message.mostFailures, message.failures);
    }
    out.clear();
    rig.submit(new OwnerCommand.CloseConsumer(this, LinkEnding.LOST));
  }

  @Override
  public void deliver(List<Delivery> deliveries) {
    for (Delivery delivery : deliveries) {
      FailMessage message = model.find(SimModel.id(delivery.message().body()));
      delivered++;
      if (closed) {
        continue;
      }
      check(delivered <= limit, message + " is delivered above the credit");
      model.delivered(this, message, delivery);
      if (out.isEmpty()) {
        sinceMs = rig.clock.millis();
      }
      out.put(delivery, message);
      delivery.sent();
    }
  }

  @Override
  public void lockExpired(Delivery delivery) {
    FailMessage message = out.remove(delivery);
    check(message != null, "a lock ends of what is not out");
    long timeout = queue.definition.handling().lockTimeoutMs();
    long now = rig.clock.millis();
    check(
        timeout > 0 && (sinceMs + timeout <= now || takenMs == now),
        message + " is taken back too early");
    message.at = null;
    message.waitsUntil(0, 0);
    // What is the oldest now is so since now.
    takenMs = now;
    sinceMs = now;
  }

  @Override
  public EdgeLoop loop() {
    return rig.edge;
  }

  @Override
  public void opened(OpenedSource source) {
    check(source.address().equals(queue.name), "opened the wrong node");
  }

  @Override
  public void outcomesStored(List<Delivery> deliveries) {}

  @Override
  public void drained(long available) {}

  @Override
  public void closed(NodeError error) {
    closed = true;
    queue.consumers.remove(this);
    out.values().forEach(message -> message.at = null);
    out.clear();
  }
}
