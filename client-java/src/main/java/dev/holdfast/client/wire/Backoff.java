package dev.holdfast.client.wire;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts with full jitter: the n-th is drawn evenly from 0 to {@code min(cap,
 * first · 2ⁿ)}, so that many clients of one restarted broker do not come back in step. Stateless
 * but for the randomness given; used on the event loop.
 *
 * @param first bound of the first pause
 * @param cap bound of any pause
 * @param random where the draws come from
 */
public record Backoff(Duration first, Duration cap, RandomGenerator random) {
  private static final int MAX_DOUBLINGS = 20;

  /** The pause before attempt n, counted from 0; at least 1 ms. */
  public Duration before(int attempt) {
    long limit =
        Math.min(cap.toMillis(), first.toMillis() << Math.min(Math.max(attempt, 0), MAX_DOUBLINGS));
    return Duration.ofMillis(Math.max(1, random.nextLong(limit + 1)));
  }
}
