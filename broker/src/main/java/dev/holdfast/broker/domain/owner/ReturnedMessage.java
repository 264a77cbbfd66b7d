package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.StoredMessage;
import org.jspecify.annotations.Nullable;

/** A message that has a history: it was out before, or its deliveries have failed. */
final class ReturnedMessage {
  final long sequence;
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
    this.failures = failures;
    this.first = failures == 0;
    this.message = message;
  }

  /** One that waited long enough, and of which only the store knows the rest. */
  ReturnedMessage(long sequence, int failures, @Nullable Shunned shunned) {
    this.sequence = sequence;
    this.failures = failures;
    this.first = false;
    this.shunned = shunned;
  }

  ReturnedMessage(OutDelivery delivery, int failures, @Nullable Shunned shunned) {
    this.sequence = delivery.sequence;
    this.failures = failures;
    this.first = false;
    this.message = delivery.messageIfKept();
    this.shunned = shunned;
  }
}
