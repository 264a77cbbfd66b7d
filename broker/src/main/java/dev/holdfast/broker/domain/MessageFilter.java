package dev.holdfast.broker.domain;

import dev.holdfast.storage.StoredMessage;

/**
 * Decides which messages a consumer or a subscription gets. Immutable; evaluated on the owner
 * thread, any number of times with the same answer.
 */
public interface MessageFilter {

  /**
   * Whether the message passes. Never throws: what cannot be read is absent.
   *
   * @param deliveryCount failed deliveries so far (AMQP header delivery-count)
   */
  boolean matches(StoredMessage message, int deliveryCount);

  /** A form to be stored; {@link FilterCodec#decode} makes an equal filter of it. */
  byte[] encoded();
}
