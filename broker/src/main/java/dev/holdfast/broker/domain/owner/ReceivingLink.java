package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * The way to one receiving link: its credit, and what it hears.
 *
 * <p>Invariants: never more deliveries than the delivery limit; after the byte limit is crossed
 * nothing until it is raised.
 */
final class ReceivingLink {
  final ConsumerPort port;
  private final Outbox.Lane lane;

  private long deliveryLimit;
  private long byteLimit;
  private long delivered;
  private long deliveredBytes;
  private boolean draining;

  // Lists of the batch under way; the edge's once the batch is handed over.
  private List<Delivery> deliveries = List.of();
  private long deliveriesBatch;
  private List<Delivery> stored = List.of();
  private long storedBatch;

  ReceivingLink(ConsumerPort port, Outbox.Lane lane) {
    this.port = port;
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

  boolean hasCredit() {
    return delivered < deliveryLimit && deliveredBytes < byteLimit;
  }

  boolean limitReached() {
    return delivered >= deliveryLimit;
  }

  boolean draining() {
    return draining;
  }

  /** Answers the drain: what credit was left is consumed. */
  void drained(long available) {
    deliveryLimit = delivered;
    draining = false;
    emit(new EdgeEvent.Drained(port, available));
  }

  void deliver(Delivery delivery, int bytes) {
    delivered++;
    deliveredBytes += bytes;
    long batch = lane.batch();
    if (deliveriesBatch != batch) {
      deliveriesBatch = batch;
      deliveries = new ArrayList<>();
      lane.add(new EdgeEvent.Deliver(port, deliveries));
    }
    deliveries.add(delivery);
  }

  void outcomeStored(Delivery delivery) {
    long batch = lane.batch();
    if (storedBatch != batch) {
      storedBatch = batch;
      stored = new ArrayList<>();
      lane.add(new EdgeEvent.OutcomesStored(port, stored));
    }
    stored.add(delivery);
  }
}
