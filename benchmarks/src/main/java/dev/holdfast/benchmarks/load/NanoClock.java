package dev.holdfast.benchmarks.load;

/** The one place that reads the clock: monotonic, the same in every process of one Linux host. */
final class NanoClock {
  private NanoClock() {}

  static long now() {
    return System.nanoTime();
  }
}
