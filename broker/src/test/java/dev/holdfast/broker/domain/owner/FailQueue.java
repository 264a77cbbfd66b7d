package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import dev.holdfast.broker.domain.QueueDefinition.Serving;
import dev.holdfast.deadletter.Backoff;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A queue as the model of time and failure knows it. */
final class FailQueue {
  final QueueDefinition definition;
  final String name;
  final List<FailConsumer> consumers = new ArrayList<>();

  /** Unanswered, for want of room; in order. */
  final Deque<FailMessage> blocked = new ArrayDeque<>();

  /** Messages that have expired since all was last at rest. */
  int expiredNow;

  /** Since when it holds more than it should; 0: it does not. */
  long overSinceMs;

  /** The first copy by key, and until when it counts. */
  final Map<String, Key> keys = new HashMap<>();

  /**
   * A key that is known.
   *
   * @param forgotten the clock has been past its window, so the store may have let it go
   */
  record Key(FailMessage first, long storedMs, boolean forgotten) {}

  private FailQueue(QueueDefinition definition) {
    this.definition = definition;
    this.name = definition.name();
  }

  static List<FailQueue> all() {
    Backoff backoff = new Backoff(1_000, 2, 5_000, 0.2);
    RetryPolicy waiting = new RetryPolicy(4, backoff, RetryPolicy.COUNTED_BY_DEFAULT);
    IdempotencyPolicy window = new IdempotencyPolicy(5_000, false);
    return List.of(
        queue("back", new Handling(waiting, 5_000, ""), Lifetime.DEFAULT, 0, Overflow.REJECT),
        queue(
            "drop",
            new Handling(RetryPolicy.atOnce(3), 0, ""),
            new Lifetime(3_000, 8_000, true, 0),
            8,
            Overflow.DROP_OLDEST),
        new FailQueue(
            new QueueDefinition(
                "prio",
                1 << 20,
                new Handling(RetryPolicy.atOnce(2), 0, ""),
                Lifetime.DEFAULT,
                new Limits(8, 0, Overflow.DEAD_LETTER_OLDEST),
                window,
                new Serving(true, true))),
        queue("block", new Handling(waiting, 3_000, ""), Lifetime.DEFAULT, 4, Overflow.BLOCK),
        queue(
            "keyed",
            new Handling(RetryPolicy.atOnce(2), 0, ""),
            new Lifetime(0, 9_000, false, 0),
            6,
            Overflow.REJECT));
  }

  private static FailQueue queue(
      String name, Handling handling, Lifetime lifetime, long max, Overflow overflow) {
    return new FailQueue(
        new QueueDefinition(
            name,
            1 << 20,
            handling,
            lifetime,
            new Limits(max, 0, overflow),
            new IdempotencyPolicy(5_000, false),
            Serving.TURNS));
  }

  Overflow overflow() {
    return definition.limits().overflow();
  }

  long max() {
    return definition.limits().maxMessages();
  }

  long expiryMs(long ttlMs, long nowMs) {
    Lifetime lifetime = definition.lifetime();
    long wished = ttlMs >= 0 ? ttlMs : lifetime.defaultTtlMs();
    long longest = lifetime.maxTtlMs();
    long lives = wished == 0 ? longest : longest == 0 ? wished : Math.min(wished, longest);
    return lives == 0 ? 0 : nowMs + lives;
  }

  /** Time is this now. */
  void clock(long nowMs) {
    long window = definition.idempotency().windowMs();
    keys.replaceAll(
        (text, key) ->
            new Key(key.first, key.storedMs, key.forgotten || nowMs - key.storedMs >= window));
  }

  boolean knows(FailMessage message, long nowMs) {
    Key key = message.key == null ? null : keys.get(message.key);
    return key != null && nowMs - key.storedMs < definition.idempotency().windowMs();
  }

  boolean mayHaveForgotten(FailMessage message) {
    Key key = message.key == null ? null : keys.get(message.key);
    return key != null && key.forgotten;
  }
}
