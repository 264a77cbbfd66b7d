package dev.holdfast.storage.log;

import dev.holdfast.storage.StoreException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the fingerprints of all idempotency keys in the background and hands them over in portions.
 * Owner thread, but for the reading.
 */
final class KeyLoader {
  private static final Logger LOG = LoggerFactory.getLogger(KeyLoader.class);
  private static final int PORTION = 8_192;

  private final RowEngine engine;
  private final Executor executor;
  private @Nullable Run current;

  /**
   * Some of a bucket's keys.
   *
   * @param prefix the bucket's
   * @param heads first 8 bytes of their fingerprints
   * @param count how many of {@code heads} count
   */
  record Portion(byte[] prefix, long[] heads, int count) {}

  KeyLoader(RowEngine engine, Executor executor) {
    this.engine = engine;
    this.executor = executor;
  }

  /** Begins to read these buckets; nothing to read is done at once. */
  void start(List<byte[]> prefixes) {
    Run run = new Run(engine, prefixes);
    current = run;
    if (prefixes.isEmpty()) {
      run.done = true;
    } else {
      executor.execute(run);
    }
  }

  /** Ends the reading, and waits for its end: afterwards nothing touches the engine. */
  void cancel() {
    Run run = current;
    current = null;
    if (run != null) {
      run.cancel();
    }
  }

  /** What has been read and not been taken yet, or null. */
  @Nullable Portion poll() {
    Run run = current;
    return run == null ? null : run.portions.poll();
  }

  /** Whether all of it has been read and taken. */
  boolean isDone() {
    Run run = current;
    return run != null && run.done && run.portions.isEmpty();
  }

  private static final class Run implements Runnable {
    private final RowEngine engine;
    private final List<byte[]> prefixes;
    private final ConcurrentLinkedQueue<Portion> portions = new ConcurrentLinkedQueue<>();
    private volatile boolean done;
    private volatile boolean cancelled;

    // Guarded by this: a run that was cancelled before it began never begins.
    private boolean running;

    Run(RowEngine engine, List<byte[]> prefixes) {
      this.engine = engine;
      this.prefixes = prefixes;
    }

    @Override
    public void run() {
      synchronized (this) {
        if (cancelled) {
          return;
        }
        running = true;
      }
      try {
        for (byte[] prefix : prefixes) {
          read(prefix);
        }
        done = !cancelled;
      } catch (StoreException e) {
        // Without the table every key is looked up: slower, and as right.
        LOG.warn("idempotency keys could not be read ahead: {}", e.getMessage());
      } finally {
        synchronized (this) {
          running = false;
          notifyAll();
        }
      }
    }

    private void read(byte[] prefix) throws StoreException {
      long[][] heads = {new long[PORTION]};
      int[] count = {0};
      engine.scan(
          RowFamily.DEDUP,
          prefix,
          IdempotencyRows.after(prefix),
          (key, value) -> {
            heads[0][count[0]++] = ByteBuffer.wrap(key).getLong(9);
            if (count[0] == PORTION) {
              portions.add(new Portion(prefix, heads[0], PORTION));
              heads[0] = new long[PORTION];
              count[0] = 0;
            }
            return !cancelled;
          });
      portions.add(new Portion(prefix, Arrays.copyOf(heads[0], count[0]), count[0]));
    }

    synchronized void cancel() {
      cancelled = true;
      boolean interrupted = false;
      while (running) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
