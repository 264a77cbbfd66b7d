package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.deadletter.Failure;
import dev.holdfast.storage.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * A message that is out at a consumer. Linked into the consumer's list, so that settling it needs
 * no look-up.
 */
final class OutDelivery implements Delivery {

  /** Where a delivery stands. */
  enum State {
    /** At the consumer. */
    OUT,
    /** Its outcome is part of a transaction that is not discharged, or waits for its commit. */
    IN_TRANSACTION,
    /** Something that its outcome needs is on its way: the body, a dead-letter queue. */
    WAITING,
    /** Its outcome is part of the batch that is not committed yet. */
    STAGED,
    /** Settled, or its subscription is gone. */
    DONE
  }

  /** What the outcome means for the log, once committed. */
  enum Effect {
    /** The log no longer has it. */
    GONE,
    /** Back to its place. */
    GIVE_BACK
  }

  final LogCursor cursor;
  final ConsumerTarget consumer;
  final long sequence;
  final int bytes;

  /** What of it is in memory. */
  final int held;

  /** Part of it is read only while it is sent. */
  final boolean large;

  final long expiryMs;
  final int failures;
  final boolean first;
  final @Nullable Shunned shunned;

  /** What has to be known of a dead letter when it goes; null: it is none. */
  final DeadLetterTally.@Nullable Mark mark;

  /** Of which it keeps the next message back from others; null: it is in none. */
  @Nullable MessageGroup group;

  // The edge's thread may write null (see sent); the owner reads whatever it sees: both the message
  // and null are right answers, and a record is safely published through a race.
  private @Nullable StoredMessage message;

  // Owner thread.
  private @Nullable StoredMessage pinned;
  State state = State.OUT;
  Effect effect = Effect.GIVE_BACK;
  Outcome outcome = Outcome.RELEASED;

  /** What kind of failure it is when the outcome says that it is one. */
  Failure failure = Failure.MODIFIED;

  /** The transaction that its outcome belongs to. */
  long transaction = OwnerCommand.NO_TRANSACTION;

  boolean confirm;
  boolean shun;
  int failuresAfter;

  /** Given back, nobody may get it before; epoch milliseconds, 0: at once. */
  long notBeforeMs;

  /** What it carries from now on, by the words of its consumer; null: what it carried. */
  byte @Nullable [] annotationsAfter;

  private final byte[] annotations;
  @Nullable OutDelivery previous;
  @Nullable OutDelivery next;

  /**
   * Hands out a message.
   *
   * @param history what it went through; null: it was never out
   */
  OutDelivery(
      LogCursor cursor,
      ConsumerTarget consumer,
      StoredMessage message,
      @Nullable ReturnedMessage history) {
    this.cursor = cursor;
    this.consumer = consumer;
    this.message = message;
    this.sequence = message.sequence();
    this.bytes = message.bytes();
    this.held = message.heldBytes();
    this.large = message.blob() != null;
    this.expiryMs = message.expiryMs();
    this.failures = history == null ? 0 : history.failures;
    this.first = history == null || history.first;
    this.shunned = history == null ? null : history.shunned;
    this.mark = cursor.log.tally == null ? null : DeadLetterTally.Mark.of(message);
    this.annotations =
        history == null || history.annotations.length == 0
            ? MessageAttributes.annotations(message.attributes())
            : history.annotations;
  }

  @Override
  public StoredMessage message() {
    StoredMessage present = message;
    if (present == null) {
      throw new IllegalStateException("the message of a sent delivery is not kept");
    }
    return present;
  }

  /** The message, unless it has left the memory. */
  @Nullable StoredMessage messageIfKept() {
    StoredMessage mine = pinned;
    return mine == null ? message : mine;
  }

  /** Keeps the message in memory, whatever the edge does, until the outcome is committed. */
  void pin(StoredMessage needed) {
    pinned = needed;
  }

  @Override
  public void sent() {
    if (consumer.subscription.budget.lean()) {
      message = null;
    }
  }

  @Override
  public byte[] annotations() {
    return annotations;
  }

  /** What the message carries once the outcome is committed. */
  byte[] annotationsAfter() {
    byte[] after = annotationsAfter;
    return after == null ? annotations : after;
  }

  @Override
  public int deliveryCount() {
    return failures;
  }

  @Override
  public boolean firstAcquirer() {
    return first;
  }
}
