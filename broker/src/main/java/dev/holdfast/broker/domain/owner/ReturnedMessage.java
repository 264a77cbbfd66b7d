package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.StoredMessage;
import org.jspecify.annotations.Nullable;

/** A message that has a history: it was out before, or its deliveries have failed. */
final class ReturnedMessage {
  final long sequence;
  final int failures;
  final boolean first;
  @Nullable StoredMessage message;

  /** What it carries by the words of consumers; empty: what it was sent with. */
  byte[] annotations;

  /** When it came, as a number that grows; 0 before. */
  long arrival;

  @Nullable Shunned shunned;

  /** Set when it was set aside for the holder of its group. */
  @Nullable MessageGroup group;

  ReturnedMessage(StoredMessage message, int failures) {
    this(message, failures, StoredMessage.NO_ATTRIBUTES);
  }

  ReturnedMessage(StoredMessage message, int failures, byte[] annotations) {
    this.sequence = message.sequence();
    this.failures = failures;
    this.first = failures == 0;
    this.message = message;
    this.annotations = annotations;
  }

  /** One that waited long enough, and of which only the store knows the rest. */
  ReturnedMessage(long sequence, int failures, @Nullable Shunned shunned, byte[] annotations) {
    this.sequence = sequence;
    this.failures = failures;
    this.first = false;
    this.shunned = shunned;
    this.annotations = annotations;
  }

  ReturnedMessage(OutDelivery delivery, int failures, @Nullable Shunned shunned) {
    this.sequence = delivery.sequence;
    this.failures = failures;
    this.first = false;
    this.message = delivery.messageIfKept();
    this.shunned = shunned;
    this.annotations = delivery.annotationsAfter();
  }
}
