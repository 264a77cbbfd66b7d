package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import dev.holdfast.storage.StoreView;
import org.jspecify.annotations.Nullable;

/**
 * How full a queue is: what is stored, what is out at consumers and what waits for its moment, and
 * on top of it what the batch under way brings and takes away. What consumers are done with in this
 * batch still counts, until that is committed. Owner thread.
 */
final class Room {
  /**
   * Where the oldest make room, they are read first; so much more than the limit may come in
   * meanwhile: an eighth, and at least this.
   */
  private static final long MIN_SLACK_MESSAGES = 128;

  private static final long MIN_SLACK_BYTES = 1 << 20;

  private final Queue queue;

  /** What is to come before the message that is asked about: messages and their bytes. */
  record Ahead(long messages, long bytes) {
    static final Ahead NOTHING = new Ahead(0, 0);

    Ahead and(long moreBytes) {
      return new Ahead(messages + 1, bytes + moreBytes);
    }
  }

  Room(Queue queue) {
    this.queue = queue;
  }

  /** Whether there is any limit. */
  boolean limited() {
    Limits limits = queue.definition.limits();
    return limits.maxMessages() > 0 || limits.maxBytes() > 0;
  }

  /** What happens to a message that does not fit. */
  Overflow overflow() {
    return queue.definition.limits().overflow();
  }

  /** Whether one more message of so many bytes fits. */
  boolean fits(StoreView view, long bytes, Ahead ahead) {
    Limits limits = queue.definition.limits();
    return within(view, ahead.and(bytes), limits.maxMessages(), limits.maxBytes());
  }

  /** Whether so large a message is too much for it even when it is empty. */
  boolean neverFits(long bytes) {
    long most = queue.definition.limits().maxBytes();
    return most > 0 && bytes > most;
  }

  /** Whether one more can be taken for which the oldest will make room. */
  boolean fitsForNow(StoreView view, long bytes, Ahead ahead) {
    Limits limits = queue.definition.limits();
    return within(
        view,
        ahead.and(bytes),
        withSlack(limits.maxMessages(), MIN_SLACK_MESSAGES),
        withSlack(limits.maxBytes(), MIN_SLACK_BYTES));
  }

  private static long withSlack(long limit, long least) {
    return limit == 0 ? 0 : limit + Math.max(limit / 8, least);
  }

  private boolean within(StoreView view, Ahead more, long maxMessages, long maxBytes) {
    return (maxMessages == 0 || messages(view) + more.messages() <= maxMessages)
        && (maxBytes == 0 || bytes(view) + more.bytes() <= maxBytes);
  }

  /** Whether it holds more than it should. */
  boolean exceeded(StoreView view) {
    Limits limits = queue.definition.limits();
    return !within(view, Ahead.NOTHING, limits.maxMessages(), limits.maxBytes());
  }

  /** The same without what the batch under way brings. */
  boolean exceededBefore(StoreView view) {
    Limits limits = queue.definition.limits();
    long messages = 0;
    long bytes = 0;
    for (NodeLog log : queue.logs()) {
      messages += log.stagedAppends().size();
      bytes += log.stagedBytes();
    }
    return !within(view, new Ahead(-messages, -bytes), limits.maxMessages(), limits.maxBytes());
  }

  /** Whether the batch under way brings something. */
  boolean staged() {
    for (NodeLog log : queue.logs()) {
      if (!log.stagedAppends().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private long messages(StoreView view) {
    long messages = 0;
    for (LogCursor cursor : queue.subscription.cursors()) {
      messages +=
          cursor.messages(view) + cursor.log.stagedAppends().size() - cursor.departing.count();
    }
    LogCursor waiting = queue.delayed().cursor();
    return waiting == null
        ? messages
        : messages
            + waiting.messages(view)
            + waiting.log.stagedAppends().size()
            - waiting.departing.count();
  }

  private long bytes(StoreView view) {
    long bytes = 0;
    for (LogCursor cursor : queue.subscription.cursors()) {
      bytes += cursor.bytes(view) + cursor.log.stagedBytes() - cursor.departing.bytes();
    }
    LogCursor waiting = queue.delayed().cursor();
    return waiting == null
        ? bytes
        : bytes + waiting.bytes(view) + waiting.log.stagedBytes() - waiting.departing.bytes();
  }

  /** Why a message is refused that does not fit. */
  NodeError full() {
    Limits limits = queue.definition.limits();
    return new NodeError(
        NodeError.Code.RESOURCE_LIMIT_EXCEEDED,
        "the queue is full: it takes at most "
            + (limits.maxMessages() > 0 ? limits.maxMessages() + " messages" : "")
            + (limits.maxMessages() > 0 && limits.maxBytes() > 0 ? " and " : "")
            + (limits.maxBytes() > 0 ? limits.maxBytes() + " bytes" : "")
            + "; consume some, then send again");
  }

  /** Of a node that may have limits; null: it has none. */
  static @Nullable Room of(Node node) {
    return node instanceof Queue queue && queue.room().limited() ? queue.room() : null;
  }

  Queue queue() {
    return queue;
  }
}
