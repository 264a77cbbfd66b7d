package dev.holdfast.broker.amqp;

/** Time as the edge counts it: whole periods of one timer per event loop, no clock is asked. */
final class Ticks {

  static final int PERIOD_MS = 250;
  static final int PER_SECOND = 1_000 / PERIOD_MS;

  private Ticks() {}

  /** Ticks that make up at least so many milliseconds. */
  static int of(long millis) {
    return (int) Math.max(1, (millis + PERIOD_MS - 1) / PERIOD_MS);
  }
}
