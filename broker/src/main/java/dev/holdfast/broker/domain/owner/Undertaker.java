package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.deadletter.DeadLetterReason;
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
  /** Dead-lettered more often than this, a message stays with the node it died in last. */
  private static final int MOST_HOPS = 16;

  private final StagedBatch batch;
  private final NodeRegistry nodes;

  Undertaker(StagedBatch batch, NodeRegistry nodes) {
    this.batch = batch;
    this.nodes = nodes;
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
    Queue own = from.deadLetters;
    if (own == null) {
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
    String wanted = from.handling.deadLetterTo();
    Node elsewhere = wanted.isEmpty() ? null : nodes.find(wanted);
    boolean circles = elsewhere != null && record.hops() > MOST_HOPS;
    Node target = elsewhere == null || circles ? own : elsewhere;
    batch.counts().deadLettered(circles ? DeadLetterReason.HOP_LIMIT : words.reason());
    target.stageMove(
        batch,
        message,
        0,
        attributes
            .withDeath(circles ? stopped(record) : record)
            .withDue(0)
            .withAnnotations(annotations));
    return true;
  }

  /** It goes on no further, and says why; how it died first is kept in any case. */
  private static DeathRecord stopped(DeathRecord record) {
    return new DeathRecord(
        DeadLetterReason.HOP_LIMIT,
        record.condition(),
        record.description(),
        record.origin(),
        record.failures(),
        record.diedMs(),
        record.hops(),
        record.first());
  }
}
