package dev.holdfast.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a benchmark has measured and verified. */
final class BenchReport {
  private static final double NANOS = 1e9;
  private static final double MIB = 1 << 20;

  private final Map<String, Object> json = new LinkedHashMap<>();
  private boolean right = true;

  /**
   * Rates of one side.
   *
   * @param side {@code send} or {@code receive}
   * @param nanos it took
   */
  BenchReport rates(String side, long messages, int size, long nanos) {
    double seconds = Math.max(1, nanos) / NANOS;
    json.put(side + "Messages", messages);
    json.put(side + "Seconds", round(seconds));
    json.put(side + "MessagesPerSecond", Math.round(messages / seconds));
    json.put(side + "MiBPerSecond", round(messages * (double) size / MIB / seconds));
    return this;
  }

  /** Percentiles of times in microseconds. */
  BenchReport times(String what, long[] micros) {
    long[] sorted = micros.clone();
    Arrays.sort(sorted);
    if (sorted.length > 0) {
      Map<String, Object> percentiles = new LinkedHashMap<>();
      percentiles.put("p50", at(sorted, 0.50));
      percentiles.put("p90", at(sorted, 0.90));
      percentiles.put("p99", at(sorted, 0.99));
      percentiles.put("max", sorted[sorted.length - 1]);
      json.put(what + "Micros", percentiles);
    }
    return this;
  }

  private static long at(long[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1L, (long) Math.ceil(share * sorted.length) - 1)];
  }

  /** Something that has to be nought. */
  BenchReport fault(String what, long count) {
    json.put(what, count);
    right &= count == 0;
    return this;
  }

  BenchReport with(String name, Object value) {
    json.put(name, value);
    return this;
  }

  /** Whether nothing was wrong. */
  boolean isRight() {
    return right;
  }

  Map<String, Object> json() {
    Map<String, Object> all = new LinkedHashMap<>(json);
    all.put("right", right);
    return all;
  }

  /** Names and values, a line for each. */
  void tell(Output output) {
    json()
        .forEach((name, value) -> output.line(String.format(Locale.ROOT, "%-26s %s", name, value)));
  }

  private static double round(double value) {
    return Math.round(value * 1_000) / 1_000.0;
  }
}
