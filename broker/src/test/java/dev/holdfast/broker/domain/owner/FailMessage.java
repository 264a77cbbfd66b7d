package dev.holdfast.broker.domain.owner;

import dev.holdfast.deadletter.Backoff;
import dev.holdfast.deadletter.DeadLetterReason;
import org.jspecify.annotations.Nullable;

/** A message as the model of time and failure knows it. */
final class FailMessage {

  /** Where it is. */
  enum Place {
    /** Sent, and not answered. */
    SENT,
    DELAYED,
    QUEUE,
    DEAD,
    /** Consumed, dropped, refused, or a duplicate. */
    GONE
  }

  final int id;
  final FailQueue queue;
  final int priority;
  final long ttlMs;
  final long delayMs;

  /** Null: none. */
  final @Nullable String key;

  final long digest;
  Place place = Place.SENT;
  long expiryMs;
  long dueMs;
  long notBeforeMs;

  /** The latest that it may be, as luck has it. */
  long notBeforeLatestMs;

  /** The wait has ended once: a clock that goes back does not begin it again. */
  boolean waited = true;

  int failures;
  int hops;
  @Nullable DeadLetterReason reason;

  /** Of the store, in its log; as last seen. */
  long sequence;

  /** The consumer that has it. */
  @Nullable FailConsumer at;

  /** It could have been handed out when all was last at rest. */
  boolean couldGo;

  /** Its time ran out at a consumer, then the clock went back: it ends a little later. */
  boolean keptLate;

  /** It was there for the taking when all was last at rest. */
  boolean wasThere;

  /** What may have become of it in this step, should the step not be heard of. */
  boolean mayBeGone;

  /** Dead for this reason, or because deliveries failed. */
  @Nullable DeadLetterReason mayHaveReason;

  /** A redrive is, or was, under way that means it. */
  boolean mayBeBack;

  boolean everRedriven;

  /** The redrive has just begun. */
  boolean mustBeBack;

  /** Something has been said of it in this step. */
  boolean inDoubt;

  /** Failures that it may have, should the step not be heard of. */
  int mostFailures;

  /** What may be undone when the power goes. */
  boolean unsynced;

  FailMessage(FailQueue queue, int id, int priority, long[] times, String key) {
    this.queue = queue;
    this.id = id;
    this.priority = queue.definition.serving().prioritised() ? priority : 0;
    this.ttlMs = times[0];
    this.delayMs = times[1];
    this.key = key;
    this.digest = key == null ? 0 : key.hashCode() + (id % 7 == 0 ? 1 : 0);
  }

  void stored(long nowMs) {
    expiryMs = queue.expiryMs(ttlMs, nowMs);
    dueMs = delayMs > 0 ? nowMs + delayMs : 0;
    place = dueMs > 0 ? Place.DELAYED : Place.QUEUE;
    sequence = 0;
  }

  /** Its death as the broker should have it. */
  void dies(DeadLetterReason why) {
    boolean dropped = why == DeadLetterReason.EXPIRED && queue.definition.lifetime().dropExpired();
    place = dropped ? Place.GONE : Place.DEAD;
    reason = why;
    mayBeBack = false;
    hops++;
    waitsUntil(0, 0);
    dueMs = 0;
    at = null;
    unsynced = true;
  }

  /** A failed delivery; the wait is checked when it is seen. */
  void fails(long nowMs, boolean backsOff) {
    failures++;
    if (failures >= queue.definition.retry().maxDeliveries()) {
      dies(DeadLetterReason.MAX_DELIVERIES);
    } else if (backsOff && queue.definition.retry().backoff().initialMs() > 0) {
      Backoff backoff = queue.definition.retry().backoff();
      waitsUntil(
          nowMs + backoff.delayMs(failures, 0), nowMs + backoff.delayMs(failures, 0.999_999));
    } else {
      waitsUntil(0, 0);
    }
  }

  void waitsUntil(long earliestMs, long latestMs) {
    notBeforeMs = earliestMs;
    notBeforeLatestMs = latestMs;
    waited = earliestMs == 0;
  }

  /** Nothing is in doubt any more. */
  void certain() {
    mayBeGone = false;
    mustBeBack = false;
    inDoubt = false;
    mayHaveReason = null;
    mostFailures = failures;
  }

  boolean expired(long nowMs) {
    return expiryMs != 0 && expiryMs <= nowMs;
  }

  /** Whether a consumer could get it. */
  boolean deliverable(long nowMs) {
    return place == Place.QUEUE && at == null && waited && !expired(nowMs);
  }

  @Override
  public String toString() {
    return "message "
        + id
        + " of "
        + queue.name
        + " ("
        + place
        + (reason == null ? "" : " " + reason)
        + ", expires "
        + expiryMs
        + ", due "
        + dueMs
        + ", not before "
        + notBeforeMs
        + ", failures "
        + failures
        + ")";
  }
}
