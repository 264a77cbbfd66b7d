package dev.holdfast.cli;

import java.io.PrintStream;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A line on standard error that says how far long work has got: on a terminal only, and only when
 * it really takes long. One thread.
 */
final class Progress implements AutoCloseable {
  private static final long FIRST_NANOS = 1_000_000_000;
  private static final long PAUSE_NANOS = 200_000_000;
  private static final int BAR = 30;
  private static final int PERCENT = 100;

  private final PrintStream err;
  private final LongSupplier nanoTime;
  private final BooleanSupplier terminal;
  private long next;
  private @Nullable Boolean shown;

  Progress(PrintStream err, LongSupplier nanoTime, BooleanSupplier terminal) {
    this.err = err;
    this.nanoTime = nanoTime;
    this.terminal = terminal;
    this.next = nanoTime.getAsLong() + FIRST_NANOS;
  }

  static Progress of(HoldfastCommand root) {
    Surroundings surroundings = root.surroundings();
    return new Progress(surroundings.err(), surroundings.nanoTime(), () -> Terminal.is(2));
  }

  /**
   * So far it has got.
   *
   * @param total 0: nobody knows
   */
  void show(long done, long total, String what) {
    long now = nanoTime.getAsLong();
    if (now - next < 0) {
      return;
    }
    next = now + PAUSE_NANOS;
    if (shown == null) {
      shown = terminal.getAsBoolean();
    }
    if (shown) {
      err.print('\r' + line(done, total, what) + "\u001b[K");
      err.flush();
    }
  }

  private static String line(long done, long total, String what) {
    if (total <= 0) {
      return done + " " + what;
    }
    double share = Math.min(1, done / (double) total);
    int full = (int) (share * BAR);
    return "["
        + "#".repeat(full)
        + " ".repeat(BAR - full)
        + "] "
        + (int) (share * PERCENT)
        + "%  "
        + done
        + " of "
        + total
        + ' '
        + what;
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (shown != null && shown) {
      err.print("\r\u001b[K");
      err.flush();
    }
  }
}
