package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One durable log: what the batch under way appends to it, and the cursors that read it.
 *
 * <p>What is committed lies in the store; only {@link #nextSequence} runs ahead of it.
 */
final class NodeLog {
  final int id;

  /** Of its node. */
  final String name;

  /** Messages are kept although no cursor here wants them. */
  private boolean retained;

  /** What the next append of the batch under way gets. */
  long nextSequence = 1;

  private final List<LogCursor> cursors = new ArrayList<>(1);

  /** How many of them choose what they take, and how many outlive a restart. */
  private int choosing;

  private int durable;

  private final List<StoredMessage> appended = new ArrayList<>(0);
  private long appendedBytes;

  /** The containers that published them; kept only while a cursor chooses. */
  private final List<String> publishedBy = new ArrayList<>(0);

  /** Of those, what only one cursor is to see: messages that go back to a subscription. */
  private final IdentityHashMap<StoredMessage, LogCursor> addressed = new IdentityHashMap<>(0);

  private long published;

  /** How long messages live here; null: until they are consumed, whatever they bring. */
  @Nullable Lifetime lifetime = Lifetime.DEFAULT;

  /** How often a message of a topic is tried; null: as the subscription says. */
  @Nullable RetryPolicy retry;

  /** An operator holds back what is in it. */
  boolean paused;

  /** Memory was rebuilt, and another object stands for the log. */
  boolean replaced;

  /** Counts its messages, when they are dead letters. */
  @Nullable DeadLetterTally tally;

  private long soonestExpiryMs = Long.MAX_VALUE;

  /** Goes off when the first message expires; null: none ever did. */
  Alarms.@Nullable Alarm expiry;

  /** What has expired is being read; it counts only for the same examination. */
  boolean examining;

  int examination;

  NodeLog(int id, String name, boolean retained) {
    this.id = id;
    this.name = name;
    this.retained = retained;
  }

  void add(LogCursor cursor) {
    cursors.add(cursor);
    choosing += cursor.subscription.intake == null ? 0 : 1;
    durable += cursor.subscription.durable ? 1 : 0;
  }

  void remove(LogCursor cursor) {
    if (cursors.remove(cursor)) {
      choosing -= cursor.subscription.intake == null ? 0 : 1;
      durable -= cursor.subscription.durable ? 1 : 0;
    }
  }

  /** From now on somebody keeps what is published, whoever reads it; or nobody does. */
  void retained(boolean now) {
    retained = now;
  }

  /** One of its readers takes something else from now on. */
  void choicesChanged() {
    choosing = (int) cursors.stream().filter(c -> c.subscription.intake != null).count();
  }

  List<LogCursor> cursors() {
    return cursors;
  }

  /** Somebody reads it now or later; otherwise a message need not be stored. */
  boolean wanted() {
    return retained || !cursors.isEmpty();
  }

  /** Somebody will read it after a restart: messages have to be synced. */
  boolean durable() {
    return retained || durable > 0;
  }

  /** Why a message is too large for a node; null when it is not. */
  static @Nullable NodeError tooLarge(IncomingMessage message, Node node) {
    long bytes = message.bytes();
    return bytes <= node.maxMessageBytes()
        ? null
        : new NodeError(
            NodeError.Code.MESSAGE_TOO_LARGE,
            "the message has "
                + bytes
                + " bytes, "
                + (node instanceof Topic ? "the topic" : "the queue")
                + " takes "
                + node.maxMessageBytes());
  }

  /** Stages a publish; its sequence. */
  long stagePublish(StagedBatch batch, IncomingMessage message, Peer from) {
    if (choosing > 0) {
      publishedBy.add(from.container());
    }
    return stagePublish(batch, message, MessageAttributes.of(message));
  }

  /** Stages a publish of which something has to be kept beside it; its sequence. */
  long stagePublish(StagedBatch batch, IncomingMessage message, MessageAttributes attributes) {
    long sequence = nextSequence;
    long ttl = message.ttlMs();
    byte flags = message.durability().flags();
    if (ttl >= 0) {
      flags |= StoredMessage.HAS_TTL;
    }
    batch.append(
        this,
        new StoredMessage(
            sequence,
            flags,
            message.priority(),
            batch.nowMs(),
            expiryMs(message, batch.nowMs()),
            // AMQP's ttl is an unsigned 32-bit number: kept as its bits.
            (int) ttl,
            message.messageFormat(),
            attributes.encode(),
            message.body(),
            batch.uploads().keep(message.upload())));
    return sequence;
  }

  /** When a message that comes now expires here, by its own wish and the node's; 0: never. */
  private long expiryMs(IncomingMessage message, long nowMs) {
    return expiryMs(message.expiryMs(), message.ttlMs(), nowMs);
  }

  /** When a message expires whose time begins here anew; 0: never. */
  long freshExpiryMs(StoredMessage message, long nowMs) {
    boolean limited = (message.flags() & StoredMessage.HAS_TTL) != 0;
    return expiryMs(0, limited ? Integer.toUnsignedLong(message.ttlMs()) : -1, nowMs);
  }

  /** When a message from elsewhere expires here that has not ceased to live. */
  long keptExpiryMs(StoredMessage message, long nowMs) {
    return message.expiryMs() == 0
        ? freshExpiryMs(message, nowMs)
        : expiryMs(message.expiryMs(), -1, nowMs);
  }

  private long expiryMs(long wishedMs, long ttlMs, long nowMs) {
    if (lifetime == null) {
      return 0;
    }
    long expiry = wishedMs;
    if (expiry == 0 && ttlMs >= 0) {
      expiry = nowMs + ttlMs;
    }
    if (expiry == 0 && lifetime.defaultTtlMs() > 0) {
      expiry = nowMs + lifetime.defaultTtlMs();
    }
    if (lifetime.maxTtlMs() > 0) {
      long latest = nowMs + lifetime.maxTtlMs();
      expiry = expiry == 0 ? latest : Math.min(expiry, latest);
    }
    return expiry;
  }

  /**
   * Stages a message that comes out of another log: it keeps its bytes, and stays when the batch
   * fails and its publishes are taken out again.
   */
  void stageMove(
      StagedBatch batch, StoredMessage message, long expiryMs, MessageAttributes attributes) {
    stageMove(batch, message, expiryMs, attributes, null);
  }

  /**
   * The same for one cursor alone.
   *
   * @param only the cursor; the others have consumed it in the same batch. Null: it is for all
   * @return the message as it is appended
   */
  StoredMessage stageMove(
      StagedBatch batch,
      StoredMessage message,
      long expiryMs,
      MessageAttributes attributes,
      @Nullable LogCursor only) {
    if (choosing > 0) {
      publishedBy.add(attributes.container());
    }
    StoredMessage moved =
        new StoredMessage(
            nextSequence,
            message.flags(),
            message.priority(),
            batch.nowMs(),
            lifetime == null ? 0 : expiryMs,
            message.ttlMs(),
            message.messageFormat(),
            attributes.withContainer("").encode(),
            message.body(),
            message.blob());
    if (only != null) {
      addressed.put(moved, only);
    }
    batch.move(this, moved);
    return moved;
  }

  /** Notes a staged append; true when it is the batch's first for this log. */
  boolean append(StoredMessage message) {
    nextSequence = message.sequence() + 1;
    if (message.expiryMs() != 0) {
      soonestExpiryMs = Math.min(soonestExpiryMs, message.expiryMs());
    }
    appended.add(message);
    appendedBytes += message.bytes();
    return appended.size() == 1;
  }

  /** When the first of the messages expires that came since the last call. */
  long takeSoonestExpiryMs() {
    long soonest = soonestExpiryMs;
    soonestExpiryMs = Long.MAX_VALUE;
    return soonest;
  }

  List<StoredMessage> stagedAppends() {
    return appended;
  }

  /** Bytes of what the batch under way appends. */
  long stagedBytes() {
    return appendedBytes;
  }

  /** What some cursor does not take of the batch is consumed in the same batch. */
  void stageChoices(StagedBatch batch) {
    boolean choice = choosing > 0 || !addressed.isEmpty();
    for (int i = 0; choice && i < cursors.size(); i++) {
      cursors.get(i).stageChoice(batch, appended, publishedBy, addressed);
    }
  }

  /** The batch is committed: every cursor has more to read. */
  void appendsCommitted(DirtySubscriptions dirty) {
    for (int i = 0; i < cursors.size(); i++) {
      LogCursor cursor = cursors.get(i);
      cursor.appended(appended);
      if (cursor.subscription.hasConsumers() || cursor.newKeeper()) {
        dirty.add(cursor.subscription);
      }
    }
    published += appended.size();
    clearAppended();
  }

  private void clearAppended() {
    appended.clear();
    appendedBytes = 0;
    publishedBy.clear();
    addressed.clear();
  }

  /** Takes positions from the store, at the start and after a failed commit. */
  void rebuild(StoreView view) {
    StoreView.LogView log = view.log(id);
    if (log == null) {
      throw new IllegalStateException("log " + id + " is defined but missing");
    }
    clearAppended();
    nextSequence = log.nextSequence();
    for (int i = 0; i < cursors.size(); i++) {
      cursors.get(i).rebuild(log);
    }
    if (tally != null) {
      StoreView.CursorView cursor = log.cursor(Queue.CURSOR);
      tally.rebuild(view, cursor == null ? 0 : cursor.messages());
    }
  }

  /** Messages taken since the broker started. */
  long published() {
    return published;
  }
}
