package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.Pause;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.broker.domain.TopicInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One log with a cursor for each subscription, and one more, {@link #RETENTION}, when the topic
 * keeps messages for subscriptions to come. What nobody reads and nothing retains is not stored.
 */
final class Topic implements Node {
  /** The cursor that holds what the topic retains; subscriptions' ids begin above it. */
  static final int RETENTION = 0;

  TopicDefinition definition;
  final NodeLog log;
  boolean deleted;
  private long ageDueMs;
  private final Publishers publishers = new Publishers();
  private final Delayed delayed = new Delayed();
  private Pause pause = Pause.NONE;

  Topic(int logId, TopicDefinition definition) {
    this.definition = definition;
    this.log = new NodeLog(logId, definition.name(), definition.retention().keeps());
    this.log.retry = definition.retry();
  }

  /** From now on it is as this says, but for its name. */
  void redefine(TopicDefinition changed) {
    definition = changed;
    log.retry = changed.retry();
    log.retained(changed.retention().keeps());
    ageDueMs = 0;
  }

  @Override
  public String name() {
    return definition.name();
  }

  @Override
  public NodeKind kind() {
    return NodeKind.TOPIC;
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
  public List<NodeLog> logs() {
    return List.of(log);
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
    return log.wanted() ? log.stagePublish(batch, message, from) : 0;
  }

  @Override
  public void stageMove(
      StagedBatch batch, StoredMessage message, long expiryMs, MessageAttributes attributes) {
    if (log.wanted()) {
      log.stageMove(batch, message, expiryMs, attributes);
    }
  }

  /** Makes the cursors in memory those of the store, at their committed places. */
  void rebuild(StoreView view, Subscriptions subscriptions, WindowLimits limits) {
    StoreView.LogView logView = view.log(log.id);
    if (logView == null) {
      throw new IllegalStateException("topic " + name() + " is defined but its log is missing");
    }
    for (LogCursor cursor : List.copyOf(log.cursors())) {
      if (logView.cursor(cursor.id) == null) {
        cursor.subscription.drop(cursor);
      }
    }
    for (int id : logView.cursorIds()) {
      TopicSubscription subscription = subscriptions.find(id);
      if (subscription != null && !subscription.group.reads(log)) {
        subscription.group.read(log, id, limits);
      }
    }
    log.rebuild(view);
  }

  /** Whether the store has this subscription's cursor in the log. */
  boolean has(TopicSubscription subscription, StoreView view) {
    StoreView.LogView logView = view.log(log.id);
    return logView != null && logView.cursor(subscription.id) != null;
  }

  /** Whether some of what it retains may be too old. */
  boolean ageIsDue(long nowMs) {
    long age = definition.retention().maxAgeMs();
    // Looked at again too when the clock has gone back further than could be.
    return age > 0 && (nowMs >= ageDueMs || ageDueMs - nowMs > age);
  }

  void lookAtAgeAgain(long atMs) {
    ageDueMs = atMs;
  }

  /** The topic is gone: its links end, and patterns no longer read it. */
  void close(NodeError error) {
    deleted = true;
    publishers.close(error);
    for (LogCursor cursor : List.copyOf(log.cursors())) {
      cursor.subscription.drop(cursor);
    }
  }

  TopicInfo info(StoreView view) {
    StoreView.LogView logView = view.log(log.id);
    long messages = 0;
    long bytes = 0;
    long first = log.nextSequence;
    if (logView != null) {
      first = logView.firstSequence();
      for (int id : logView.cursorIds()) {
        StoreView.CursorView cursor = logView.cursor(id);
        messages = cursor == null ? messages : Math.max(messages, cursor.messages());
        bytes = cursor == null ? bytes : Math.max(bytes, cursor.bytes());
      }
    }
    return new TopicInfo(
        definition,
        pause,
        log.cursors().size(),
        publishers.count(),
        messages,
        bytes,
        first,
        log.nextSequence,
        log.published());
  }
}
