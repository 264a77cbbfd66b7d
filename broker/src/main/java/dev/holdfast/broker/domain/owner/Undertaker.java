package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.deadletter.DeathRecord.Failures;
import dev.holdfast.deadletter.DeathRecord.Origin;
import dev.holdfast.deadletter.DeathRecord.Words;
import dev.holdfast.storage.StoredMessage;
import java.util.Optional;

/**
 * Appends dead letters to where they belong. Taking the message out of its log, in the same batch,
 * is up to the caller. Owner thread.
 */
final class Undertaker {
  private final StagedBatch batch;

  Undertaker(StagedBatch batch) {
    this.batch = batch;
  }

  /**
   * Stages one dead letter.
   *
   * @param from the subscription it could not be delivered in
   * @param annotations what consumers have added to it
   * @return false when the subscription's dead-letter queue is not there (yet)
   */
  boolean bury(
      Subscription from,
      StoredMessage message,
      Words words,
      Failures failures,
      byte[] annotations) {
    Queue target = from.deadLetters;
    if (target == null) {
      return false;
    }
    MessageAttributes attributes = MessageAttributes.decode(message.attributes());
    DeathRecord record =
        DeathRecord.of(
            words,
            new Origin(from.name, message.sequence(), message.enqueuedMs()),
            failures,
            batch.nowMs(),
            Optional.ofNullable(attributes.death()));
    target.stageMove(
        batch, message, 0, attributes.withDeath(record).withDue(0).withAnnotations(annotations));
    return true;
  }
}
