package dev.holdfast.broker.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Slows guessing down: after five failures for one name from one origin each further answer waits,
 * 250 ms at first, twice as long every time, 8 s at most. Nobody is ever locked out, for that would
 * let strangers lock out whom they like. Names that do not exist are counted in the same way. Any
 * thread.
 */
final class Backoff {
  static final int FREE_FAILURES = 5;
  private static final Duration FIRST = Duration.ofMillis(250);
  private static final Duration LONGEST = Duration.ofSeconds(8);
  private static final int MAX_DOUBLINGS = 5;
  private static final Duration FORGET_AFTER = Duration.ofMinutes(10);
  private static final int MAX_TRACKED = 10_000;

  private final Cache<Key, AtomicInteger> failures =
      Caffeine.newBuilder().maximumSize(MAX_TRACKED).expireAfterWrite(FORGET_AFTER).build();

  private record Key(String name, String origin) {}

  /** How long the next check for this name from this origin has to wait. */
  Duration delay(String name, String origin) {
    AtomicInteger count = failures.getIfPresent(new Key(name, origin));
    int over = (count == null ? 0 : count.get()) - FREE_FAILURES;
    if (over < 0) {
      return Duration.ZERO;
    }
    Duration delay = FIRST.multipliedBy(1L << Math.min(over, MAX_DOUBLINGS));
    return delay.compareTo(LONGEST) > 0 ? LONGEST : delay;
  }

  void failed(String name, String origin) {
    Key key = new Key(name, origin);
    // Put again, so that the time to forget runs from the last failure.
    AtomicInteger count = failures.get(key, k -> new AtomicInteger());
    count.incrementAndGet();
    failures.put(key, count);
  }

  void succeeded(String name, String origin) {
    failures.invalidate(new Key(name, origin));
  }
}
