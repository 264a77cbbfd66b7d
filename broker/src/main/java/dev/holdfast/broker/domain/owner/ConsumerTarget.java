package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A receiving link as the owner knows it: its credit and what is out at it.
 *
 * <p>Invariants: never more deliveries than {@code deliveryLimit}; after {@code byteLimit} is
 * crossed nothing until it is raised; a closed consumer has no delivery in state OUT.
 */
final class ConsumerTarget {
  final ConsumerPort port;
  final Subscription subscription;
  final Peer peer;
  final boolean preSettled;
  final Outcome defaultOutcome;

  /** When this link is closed, its subscription is no longer wanted. */
  final boolean unsubscribes;

  private final @Nullable Predicate<String> mayRead;
  private final Outbox.Lane lane;

  boolean closed;

  /** In the ring of consumers with credit. */
  boolean ready;

  boolean draining;

  private long deliveryLimit;
  private long byteLimit;
  private long delivered;
  private long deliveredBytes;
  private int outCount;

  private @Nullable OutDelivery oldest;
  private @Nullable OutDelivery newest;

  // Lists of the batch under way; the edge's once the batch is handed over.
  private List<Delivery> deliveries = List.of();
  private long deliveriesBatch;
  private List<Delivery> stored = List.of();
  private long storedBatch;

  /**
   * Makes one.
   *
   * @param mayRead the nodes it may receive from, by name; null: all that its subscription reads
   */
  ConsumerTarget(
      OwnerCommand.OpenConsumer command,
      Resolution.Join join,
      @Nullable Predicate<String> mayRead,
      Outbox.Lane lane) {
    this.port = command.port();
    this.peer = command.peer();
    this.subscription = join.group();
    this.preSettled = command.preSettled();
    this.defaultOutcome = command.defaultOutcome();
    this.unsubscribes = join.unsubscribes();
    this.mayRead = mayRead;
    this.lane = lane;
  }

  void emit(EdgeEvent event) {
    lane.add(event);
  }

  void flow(long deliveries, long bytes, boolean drain) {
    deliveryLimit = deliveries;
    byteLimit = bytes;
    draining = drain;
  }

  /** Takes the credit that a drain has consumed. */
  void forgetCredit() {
    deliveryLimit = delivered;
    draining = false;
  }

  /** Whether it may receive messages of this log. */
  boolean mayRead(NodeLog log) {
    return mayRead == null || mayRead.test(log.name);
  }

  boolean hasCredit() {
    return delivered < deliveryLimit && deliveredBytes < byteLimit && !closed;
  }

  boolean limitReached() {
    return delivered >= deliveryLimit;
  }

  void deliver(OutDelivery delivery) {
    delivered++;
    deliveredBytes += delivery.bytes;
    outCount++;
    link(delivery);
    long batch = lane.batch();
    if (deliveriesBatch != batch) {
      deliveriesBatch = batch;
      deliveries = new ArrayList<>();
      lane.add(new EdgeEvent.Deliver(port, deliveries));
    }
    deliveries.add(delivery);
  }

  void outcomeStored(OutDelivery delivery) {
    long batch = lane.batch();
    if (storedBatch != batch) {
      storedBatch = batch;
      stored = new ArrayList<>();
      lane.add(new EdgeEvent.OutcomesStored(port, stored));
    }
    stored.add(delivery);
  }

  int outCount() {
    return outCount;
  }

  @Nullable OutDelivery oldestOut() {
    return oldest;
  }

  void unlink(OutDelivery delivery) {
    OutDelivery before = delivery.previous;
    OutDelivery after = delivery.next;
    if (before == null) {
      oldest = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.previous = before;
    }
    delivery.previous = null;
    delivery.next = null;
    outCount--;
  }

  private void link(OutDelivery delivery) {
    delivery.previous = newest;
    if (newest == null) {
      oldest = delivery;
    } else {
      newest.next = delivery;
    }
    newest = delivery;
  }
}
