package dev.holdfast.benchmarks.store;

import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.RememberedKey;
import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Looks idempotency keys up among many that are alive. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx1g")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class IdempotencyBenchmark {
  private static final int NODE = 1;
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final long WINDOW_MS = 3_600_000;
  private static final int KEYS_PER_COMMIT = 1_000;

  /** Live keys. */
  @Param("10000000")
  public int keys = 10_000_000;

  private @Nullable TemporaryStore temporary;
  private long number;

  /** Fills a new store under {@code java.io.tmpdir}. */
  @Setup
  public void fill() throws IOException, StoreException {
    TemporaryStore made = TemporaryStore.open(s -> s.withIdempotencyTableBytes(256L << 20));
    temporary = made;
    MessageStore store = made.store();
    StoreBatch batch = store.newBatch();
    for (int i = 0; i < keys; i++) {
      RememberedKey value = new RememberedKey(i + 1L, i, NOW_MS + i / 10L);
      batch.remember(NODE, key(i), value, WINDOW_MS);
      if (i % KEYS_PER_COMMIT == KEYS_PER_COMMIT - 1 || i == keys - 1) {
        store.commit(batch, MessageStore.Durability.WRITTEN);
        batch.clear();
      }
    }
  }

  private static byte[] key(long number) {
    return ByteBuffer.allocate(16).putLong(0x6b65792dL).putLong(number).array();
  }

  /** A key that is new, as nearly all are. */
  @Benchmark
  public Optional<RememberedKey> newKey() throws StoreException {
    return TemporaryDirectory.required(temporary).store().remembered(NODE, key(-1 - number++));
  }

  /** A key that is known: its row is read. */
  @Benchmark
  public Optional<RememberedKey> knownKey() throws StoreException {
    // Jumps about: neighbours would share a block.
    long at = Math.floorMod(number++ * 7_919, (long) keys);
    return TemporaryDirectory.required(temporary).store().remembered(NODE, key(at));
  }

  /** Closes and deletes the store. */
  @TearDown
  public void close() throws IOException {
    TemporaryDirectory.required(temporary).close();
  }
}
