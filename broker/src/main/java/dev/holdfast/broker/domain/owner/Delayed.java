package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoreView;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait for their moment before they become part of a node's log: a log of their
 * own, made when the first one comes, with a timer in the store for each. So they neither pin the
 * chunks of the messages that are consumed around them nor are read over again and again, and none
 * of them is in memory.
 */
final class Delayed {
  /** The one cursor of the log. */
  static final int CURSOR = 0;

  private static final String PREFIX = "delayed/";
  private static final WindowLimits NOTHING_KEPT = new WindowLimits(0, 0);

  private @Nullable LogCursor cursor;

  /** Name of the definition that says which log holds the delayed messages of a node's log. */
  static String key(int nodeLogId) {
    return PREFIX + nodeLogId;
  }

  /** The waiting messages' log; null: there is none yet. */
  @Nullable NodeLog log() {
    return cursor == null ? null : cursor.log;
  }

  @Nullable LogCursor cursor() {
    return cursor;
  }

  /** The waiting messages lie in this log; ended ones go the way of the group's. */
  NodeLog is(int logId, Subscription group) {
    NodeLog log = new NodeLog(logId, group.name, true);
    cursor = group.read(log, CURSOR, NOTHING_KEPT);
    return log;
  }

  /** There is no such log any more. */
  void isNone() {
    if (cursor != null) {
      cursor.close();
      // Reads and alarms that are under way for it must not act beside its successor.
      cursor.log.replaced = true;
      cursor = null;
    }
  }

  /** Stages its end with the node's. */
  void stageDrop(StoreBatch changes, int nodeLogId) {
    if (cursor != null) {
      changes.dropLog(cursor.log.id);
      changes.deleteDefinition(key(nodeLogId));
    }
  }

  /** Messages that wait. */
  long messages(StoreView view) {
    return cursor == null ? 0 : cursor.messages(view);
  }

  /** Their bytes. */
  long bytes(StoreView view) {
    return cursor == null ? 0 : cursor.bytes(view);
  }
}
