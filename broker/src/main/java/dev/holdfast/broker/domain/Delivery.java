package dev.holdfast.broker.domain;

import dev.holdfast.storage.StoredMessage;

/**
 * One hand-out of one message to one consumer: what the edge sends and names again when it reports
 * the outcome. The edge reads it and may keep it; everything else about it belongs to the owner.
 */
public interface Delivery {

  /** The message, body included. */
  StoredMessage message();

  /** AMQP header delivery-count: failed deliveries before this one. */
  int deliveryCount();

  /** AMQP header first-acquirer: nobody is known to have had it before. */
  boolean firstAcquirer();
}
