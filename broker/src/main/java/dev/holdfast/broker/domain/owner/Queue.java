package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.Pause;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One log with one cursor: a node whose consumers all belong to its one subscription. A prioritised
 * queue has ten, one for each priority, which its subscription reads in order, the highest first. A
 * dead-letter queue is a queue too, only without dead letters of its own.
 */
final class Queue implements Node {
  /** The one cursor of each of a queue's logs. */
  static final int CURSOR = 0;

  /** What the operator chose last. */
  QueueDefinition definition;

  final @Nullable Queue deadLetters;

  /** The one log; the one of the highest priority. */
  final NodeLog log;

  final Subscription subscription;
  private final List<NodeLog> logs = new ArrayList<>(1);
  private final Publishers publishers = new Publishers();
  private final Delayed delayed = new Delayed();
  private final Room room = new Room(this);
  private Pause pause = Pause.NONE;

  /** Messages that had to make room for newer ones since the broker started. */
  long displaced;

  /**
   * When somebody last was attached or sent something, epoch milliseconds; 0: not since the start.
   */
  long usedMs;

  /** Its next sequence when that was last looked at. */
  long seenSequence;

  Queue(
      int logId,
      QueueDefinition definition,
      @Nullable Queue deadLetters,
      MemoryBudget budget,
      TurnNotes notes,
      WindowLimits limits) {
    this.definition = definition;
    this.deadLetters = deadLetters;
    Subscription.Undeliverable undeliverable =
        deadLetters == null
            ? Subscription.Undeliverable.KEEP
            : Subscription.Undeliverable.DEAD_LETTER;
    this.subscription =
        new Subscription(
            new SubscriptionTerms(
                definition.name(),
                definition.retry(),
                undeliverable,
                true,
                definition.serving().singleActiveConsumer(),
                false,
                null),
            budget,
            notes);
    subscription.deadLetters = deadLetters;
    for (int i = 0; i < logs(definition); i++) {
      NodeLog each = new NodeLog(logId + i, definition.name(), true);
      logs.add(each);
      each.tally = deadLetters == null ? new DeadLetterTally(each.id) : null;
      subscription.read(each, CURSOR, limits);
    }
    this.log = logs.get(0);
    redefine(definition);
  }

  /** From now on it is as this says, but for its name and how its consumers are served. */
  void redefine(QueueDefinition changed) {
    definition = changed;
    subscription.expiry.drops = changed.lifetime().dropExpired();
    subscription.handling = changed.handling();
    for (NodeLog each : logs) {
      // Dead letters have no expiry of their own.
      each.lifetime = deadLetters == null ? null : changed.lifetime();
    }
    LogCursor waiting = delayed.cursor();
    if (waiting != null) {
      waiting.subscription.as(subscription);
      waiting.log.lifetime = log.lifetime;
    }
  }

  /** How full it is. */
  Room room() {
    return room;
  }

  /** How many logs such a queue has, dead letters aside. */
  static int logs(QueueDefinition definition) {
    return definition.serving().prioritised() ? QueueDefinition.Serving.PRIORITIES : 1;
  }

  /** The log of messages with this priority. */
  private NodeLog log(int priority) {
    return logs.size() == 1 ? log : logs.get(logs.size() - 1 - priority);
  }

  /** Takes positions from the store, at the start and after a failed commit. */
  void rebuild(StoreView view) {
    for (NodeLog each : logs) {
      each.rebuild(view);
    }
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

  /** In the order in which they are read. */
  @Override
  public List<NodeLog> logs() {
    return logs;
  }

  @Override
  public Delayed delayed() {
    return delayed;
  }

  @Override
  public Publishers publishers() {
    return publishers;
  }

  @Override
  public Pause pause() {
    return pause;
  }

  @Override
  public void pause(Pause now) {
    pause = now;
    logs().forEach(each -> each.paused = now.delivery());
  }

  @Override
  public @Nullable NodeError refusal(IncomingMessage message) {
    NodeError held = Maintenance.refusal(pause, name());
    return held == null ? NodeLog.tooLarge(message, this) : held;
  }

  @Override
  public long stagePublish(StagedBatch batch, IncomingMessage message, Peer from) {
    return log(message.priority()).stagePublish(batch, message, from);
  }

  @Override
  public void stageMove(
      StagedBatch batch, StoredMessage message, long expiryMs, MessageAttributes attributes) {
    log(message.priority()).stageMove(batch, message, expiryMs, attributes);
  }

  /** Of a dead-letter queue: what it holds, by reason, source and age. */
  DeadLetterTally tally() {
    return Objects.requireNonNull(log.tally, "dead letters have no dead letters");
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
    return new QueueInfo(
        definition,
        pause,
        subscription.messages(view),
        subscription.bytes(view),
        delayed.messages(view),
        subscription.unsettled(),
        subscription.consumerCount(),
        publishers.count(),
        deadLetters == null ? 0 : deadLetters.messages(view),
        OldestMessages.knownMs(view, subscription),
        nextSequence(view),
        published(),
        subscription.delivered(),
        subscription.acknowledged(),
        displaced,
        subscription.unreadable());
  }

  /** One more than all messages it ever took. */
  long nextSequence(StoreView view) {
    long taken = 0;
    for (NodeLog each : logs) {
      StoreView.LogView logView = view.log(each.id);
      taken += (logView == null ? each.nextSequence : logView.nextSequence()) - 1;
    }
    return taken + 1;
  }

  private long published() {
    long published = 0;
    for (NodeLog each : logs) {
      published += each.published();
    }
    return published;
  }

  long messages(StoreView view) {
    return subscription.messages(view);
  }
}
