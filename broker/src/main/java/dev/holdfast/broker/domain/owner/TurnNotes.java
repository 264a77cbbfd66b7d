package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * The time of the turn under way, and what it has met on its way that time has to take care of.
 * Shared by everything that hands out messages. Owner thread.
 */
final class TurnNotes {
  /** What consumers have added to messages. */
  final KeptAnnotations annotations = new KeptAnnotations();

  /** What goes through. */
  final Traffic traffic = new Traffic();

  private long nowMs;
  private List<Met> expired = new ArrayList<>();
  private List<LogCursor> waiting = new ArrayList<>();
  private List<Subscription> keeping = new ArrayList<>();

  /** A message that was next and whose time has run out. */
  record Met(LogCursor cursor, StoredMessage message) {}

  void begin(long turnMs) {
    nowMs = turnMs;
  }

  /** The time of the turn, epoch milliseconds. */
  long nowMs() {
    return nowMs;
  }

  /** Nobody may get this message any more; it has been taken out of the backlog. */
  void expired(LogCursor cursor, StoredMessage message) {
    expired.add(new Met(cursor, message));
  }

  /** This cursor has one more message that waits for its moment. */
  void waits(LogCursor cursor) {
    if (waiting.isEmpty() || waiting.get(waiting.size() - 1) != cursor) {
      waiting.add(cursor);
    }
  }

  /** A consumer of this subscription holds a message, and none did. */
  void keeps(Subscription subscription) {
    keeping.add(subscription);
  }

  /** Whose consumers have begun to hold messages since the last call. */
  List<Subscription> takeKeeping() {
    if (keeping.isEmpty()) {
      return List.of();
    }
    List<Subscription> taken = keeping;
    keeping = new ArrayList<>();
    return taken;
  }

  boolean hasExpired() {
    return !expired.isEmpty();
  }

  /** What has expired since the last call. */
  List<Met> takeExpired() {
    List<Met> taken = expired;
    expired = new ArrayList<>();
    return taken;
  }

  /** What has got to wait since the last call. */
  List<LogCursor> takeWaiting() {
    if (waiting.isEmpty()) {
      return List.of();
    }
    List<LogCursor> taken = waiting;
    waiting = new ArrayList<>();
    return taken;
  }
}
