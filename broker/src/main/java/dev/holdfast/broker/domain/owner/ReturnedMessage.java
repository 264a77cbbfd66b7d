package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.StoredMessage;
import org.jspecify.annotations.Nullable;

/** A message that has a history: it was out before, or its deliveries have failed. */
final class ReturnedMessage {
  final long sequence;
  final int bytes;
  final int failures;
  final boolean first;
  @Nullable StoredMessage message;

  /** When it came, as a number that grows; 0 before. */
  long arrival;

  @Nullable Shunned shunned;

  /** Set when it was set aside for the holder of its group. */
  @Nullable MessageGroup group;

  ReturnedMessage(StoredMessage message, int failures) {
    this.sequence = message.sequence();
    this.bytes = message.bytes();
    this.failures = failures;
    this.first = failures == 0;
    this.message = message;
  }

  ReturnedMessage(OutDelivery delivery, int failures, @Nullable Shunned shunned) {
    this.sequence = delivery.sequence;
    this.bytes = delivery.bytes;
    this.failures = failures;
    this.first = false;
    this.message = delivery.messageIfKept();
    this.shunned = shunned;
  }
}
