package dev.holdfast.deadletter;

/**
 * How long a failed message waits before it is delivered again: {@code initial × multiplier^(n-1)}
 * after the n-th failure, spread by the jitter, never more than the cap.
 *
 * @param initialMs after the first failure, in milliseconds; 0: at once, after every failure
 * @param multiplier by which each wait is longer than the one before; 1 to 1,000
 * @param maxMs the cap in milliseconds, jitter included; at least {@code initialMs}
 * @param jitter by which share a wait may be shorter or longer, 0 to 1: consumers that failed
 *     together do not come back together
 */
public record Backoff(long initialMs, double multiplier, long maxMs, double jitter) {

  /** The longest cap: 365 days. */
  public static final long LONGEST_MS = 365L * 24 * 3_600_000;

  /** One second, doubled up to five minutes, each a fifth shorter or longer. */
  public static final Backoff DEFAULT = new Backoff(1_000, 2, 300_000, 0.2);

  /** No wait. */
  public static final Backoff NONE = new Backoff(0, 1, 0, 0);

  private static final double STEEPEST = 1_000;

  /** Refuses what is out of range, naming the field. */
  public Backoff {
    check(initialMs >= 0 && initialMs <= LONGEST_MS, "initialMs", initialMs, "0 to " + LONGEST_MS);
    check(multiplier >= 1 && multiplier <= STEEPEST, "multiplier", multiplier, "1 to 1000");
    check(
        maxMs >= initialMs && maxMs <= LONGEST_MS,
        "maxMs",
        maxMs,
        "initialMs (" + initialMs + ") to " + LONGEST_MS);
    check(jitter >= 0 && jitter <= 1, "jitter", jitter, "0 to 1");
  }

  /**
   * The wait after a failure.
   *
   * @param failures how many deliveries have failed, this one included; at least 1
   * @param draw evenly distributed, from 0 (the shortest wait) to below 1 (the longest)
   * @return milliseconds, 0 to {@link #maxMs()}
   */
  public long delayMs(int failures, double draw) {
    if (failures < 1 || !(draw >= 0 && draw < 1)) {
      throw new IllegalArgumentException("failures " + failures + ", draw " + draw);
    }
    double plain =
        Math.min((double) maxMs, (double) initialMs * Math.pow(multiplier, failures - 1));
    double spread = plain * (1 + jitter * (2 * draw - 1));
    return Math.min(maxMs, Math.round(spread));
  }

  private static void check(boolean holds, String field, Object value, String range) {
    if (!holds) {
      throw new IllegalArgumentException(field + " must be " + range + ", not " + value);
    }
  }
}
