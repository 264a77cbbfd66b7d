package dev.holdfast.benchmarks.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the loops and the main thread tell each other. Any thread. */
final class RunState {
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong lastProgressNanos = new AtomicLong();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private volatile long startNanos;
  private volatile boolean started;
  private volatile boolean stopping;

  void start() {
    startNanos = NanoClock.now();
    lastProgressNanos.set(startNanos);
    started = true;
  }

  boolean started() {
    return started;
  }

  long startNanos() {
    return startNanos;
  }

  void stop() {
    stopping = true;
  }

  boolean stopping() {
    return stopping;
  }

  /** Reports how many answers the producers have; from their loop only, once per read. */
  void answered(long count) {
    if (count != answered.get()) {
      answered.setRelease(count);
      lastProgressNanos.setRelease(NanoClock.now());
    }
  }

  long answered() {
    return answered.getAcquire();
  }

  /** Reports how many different messages arrived; from the consumers' loop only, once per read. */
  void received(long count) {
    if (count != received.get()) {
      received.setRelease(count);
      lastProgressNanos.setRelease(NanoClock.now());
    }
  }

  long received() {
    return received.getAcquire();
  }

  long lastProgressNanos() {
    return lastProgressNanos.getAcquire();
  }

  /** Keeps the first failure. */
  void fail(String what) {
    failure.compareAndSet(null, what);
  }

  @Nullable String failure() {
    return failure.get();
  }
}
