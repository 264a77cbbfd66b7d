package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.storage.StoreView;
import org.jspecify.annotations.Nullable;

/**
 * One log with one cursor: a node whose consumers all belong to its one subscription. A dead-letter
 * queue is one too, only without dead letters of its own.
 */
final class Queue implements Node {
  /** The one cursor of a queue's log. */
  static final int CURSOR = 0;

  final QueueDefinition definition;
  final @Nullable Queue deadLetters;
  final NodeLog log;
  final Subscription subscription;
  final LogCursor cursor;
  private final Publishers publishers = new Publishers();

  Queue(
      int logId,
      QueueDefinition definition,
      @Nullable Queue deadLetters,
      MemoryBudget budget,
      WindowLimits limits) {
    this.definition = definition;
    this.deadLetters = deadLetters;
    this.log = new NodeLog(logId, definition.name(), true);
    Subscription.Undeliverable undeliverable =
        deadLetters == null
            ? Subscription.Undeliverable.KEEP
            : Subscription.Undeliverable.DEAD_LETTER;
    this.subscription =
        new Subscription(
            new Subscription.Terms(
                definition.name(),
                definition.retry(),
                undeliverable,
                true,
                definition.serving().singleActiveConsumer(),
                false,
                null),
            budget);
    subscription.deadLetters = deadLetters;
    this.cursor = subscription.read(log, CURSOR, limits);
  }

  @Override
  public String name() {
    return definition.name();
  }

  @Override
  public NodeKind kind() {
    return NodeKind.QUEUE;
  }

  @Override
  public long maxMessageBytes() {
    return definition.maxMessageBytes();
  }

  @Override
  public IdempotencyPolicy idempotency() {
    return definition.idempotency();
  }

  @Override
  public int id() {
    return log.id;
  }

  @Override
  public Publishers publishers() {
    return publishers;
  }

  @Override
  public @Nullable NodeError refusal(IncomingMessage message) {
    return NodeLog.tooLarge(message, this);
  }

  @Override
  public long stagePublish(StagedBatch batch, IncomingMessage message, Peer from) {
    return log.stagePublish(batch, message, from);
  }

  boolean deleted() {
    return subscription.deleted;
  }

  /** The queue is gone; so are its links. */
  void close(NodeError error) {
    subscription.close(error);
    publishers.close(error);
  }

  QueueInfo info(StoreView view) {
    StoreView.LogView logView = view.log(log.id);
    long messages = subscription.messages(view);
    return new QueueInfo(
        definition,
        messages,
        cursor.bytes(view),
        subscription.unsettled(),
        subscription.consumerCount(),
        publishers.count(),
        deadLetters == null ? 0 : deadLetters.messages(view),
        messages == 0 ? 0 : cursor.oldestMs(cursor.oldestSequence(view)),
        logView == null ? log.nextSequence : logView.nextSequence(),
        log.published(),
        subscription.delivered(),
        subscription.acknowledged(),
        subscription.unreadable());
  }

  long messages(StoreView view) {
    return subscription.messages(view);
  }
}
