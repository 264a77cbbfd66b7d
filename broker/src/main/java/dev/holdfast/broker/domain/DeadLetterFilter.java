package dev.holdfast.broker.domain;

import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.deadletter.Redrive;
import dev.holdfast.storage.StoredMessage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which of a dead-letter queue's messages are meant.
 *
 * @param death what is asked of their deaths
 * @param where what is asked of the messages themselves; null: nothing
 * @param whereText the same as the operator wrote it; empty: nothing
 */
public record DeadLetterFilter(Redrive death, @Nullable MessageFilter where, String whereText) {

  /** All of them. */
  public static final DeadLetterFilter ALL = new DeadLetterFilter(Redrive.ALL, null, "");

  /** The same, no further than to this sequence. */
  public DeadLetterFilter upTo(long sequence) {
    return new DeadLetterFilter(death.upTo(sequence), where, whereText);
  }

  /** Whether this message is meant. */
  public boolean matches(StoredMessage message, Optional<DeathRecord> record) {
    return matches(message, record, record.map(d -> d.failures().count()).orElse(0));
  }

  /** The same for a message that is not dead, by how often its delivery has failed. */
  public boolean matches(StoredMessage message, Optional<DeathRecord> record, int failures) {
    return death.matches(message.sequence(), message.enqueuedMs(), record)
        && (where == null || where.matches(message, failures));
  }
}
