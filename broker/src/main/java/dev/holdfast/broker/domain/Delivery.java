package dev.holdfast.broker.domain;

import dev.holdfast.storage.StoredMessage;

/**
 * One hand-out of one message to one consumer: what the edge sends and names again when it reports
 * the outcome. The edge reads it and may keep it; everything else about it belongs to the owner.
 */
public interface Delivery {

  /**
   * The message, body included. Until {@link #sent()}.
   *
   * @throws IllegalStateException when asked again after {@link #sent()}
   */
  StoredMessage message();

  /**
   * The edge has encoded it and will not ask for the message again: when much is out at consumers,
   * the body leaves the memory and is read again should the message come back. The edge's loop;
   * optional.
   */
  default void sent() {}

  /**
   * Message annotations to be added on the way out: AMQP maps one after the other, each with its
   * constructor; where keys are the same the last one counts, and all count more than those of the
   * message. Empty: none.
   */
  default byte[] annotations() {
    return StoredMessage.NO_ATTRIBUTES;
  }

  /** AMQP header delivery-count: failed deliveries before this one. */
  int deliveryCount();

  /** AMQP header first-acquirer: nobody is known to have had it before. */
  boolean firstAcquirer();
}
