package dev.holdfast.acl.rules;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * So many messages a second, and so many at once, for each principal by itself: a token bucket. Any
 * thread. Who has not sent for a minute is forgotten, as his bucket is full by then or may as well
 * be.
 */
final class RateLimit {
  private static final long SECOND_MS = 1_000;
  private static final int MOST_PRINCIPALS = 100_000;

  private final long perSecond;
  private final long burst;
  private final Cache<String, Bucket> buckets =
      Caffeine.newBuilder()
          .maximumSize(MOST_PRINCIPALS)
          .expireAfterAccess(Duration.ofMinutes(1))
          .executor(Runnable::run)
          .build();

  /** Guarded by itself. */
  private static final class Bucket {
    /** In thousandths of a message. */
    long filled;

    long filledMs;
  }

  RateLimit(long perSecond, long burst) {
    this.perSecond = perSecond;
    this.burst = burst;
  }

  /** Whether one more may pass; it is counted then. */
  boolean take(String who, long nowMs) {
    Bucket bucket =
        buckets.get(
            who,
            unknown -> {
              Bucket full = new Bucket();
              full.filled = burst * SECOND_MS;
              full.filledMs = nowMs;
              return full;
            });
    synchronized (bucket) {
      long passed = Math.min(Math.max(0, nowMs - bucket.filledMs), burst * SECOND_MS);
      bucket.filled = Math.min(burst * SECOND_MS, bucket.filled + passed * perSecond);
      bucket.filledMs = nowMs;
      if (bucket.filled < SECOND_MS) {
        return false;
      }
      bucket.filled -= SECOND_MS;
      return true;
    }
  }

  @Override
  public String toString() {
    return perSecond + "/s burst " + burst;
  }
}
