package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.Statistics;

/** How many batches were committed and how long that took. Owner thread. */
final class CommitTimes {
  /** Upper bounds in microseconds: from a fast SSD to a disk that has stopped. */
  private static final long[] BOUNDS = {
    250,
    500,
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000
  };

  private final long[] counts = new long[BOUNDS.length + 1];
  private long synced;
  private long written;
  private long syncs;
  private long failed;
  private long slow;
  private long slowAtMs;
  private long nanos;

  /** A batch has been committed. */
  void committed(boolean withSync, long took) {
    if (withSync) {
      synced++;
      syncs++;
    } else {
      written++;
    }
    nanos += took;
    int bucket = 0;
    while (bucket < BOUNDS.length && took > BOUNDS[bucket] * 1_000) {
      bucket++;
    }
    counts[bucket]++;
  }

  /** What was only written has been synced. */
  void synced() {
    syncs++;
  }

  void failed() {
    failed++;
  }

  void slow(long nowMs) {
    slow++;
    slowAtMs = nowMs;
  }

  Statistics.Commits show() {
    double[] bounds = new double[BOUNDS.length];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = BOUNDS[i] / 1e6;
    }
    return new Statistics.Commits(
        synced,
        written,
        syncs,
        failed,
        slow,
        slowAtMs,
        new Statistics.Times(bounds, counts.clone(), nanos / 1e9));
  }
}
