package dev.holdfast.benchmarks.store;

import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredMessage;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One synced commit of the store: appends what is in flight and acknowledges what the commit before
 * appended, as a busy queue does. Compare with {@link PlainLogBenchmark} of the same run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class CommitBenchmark {
  private static final int LOG = 1;
  private static final int CURSOR = 0;

  private @Nullable TemporaryStore temporary;
  private @Nullable StoreBatch batch;
  private long next = 1;
  private long acknowledged = 1;

  /** Opens a new store with one log and one cursor under {@code java.io.tmpdir}. */
  @Setup
  public void open() throws IOException, StoreException {
    TemporaryStore made = TemporaryStore.open();
    MessageStore opened = made.store();
    StoreBatch first = opened.newBatch();
    first.createLog(LOG);
    first.createCursor(LOG, CURSOR, 1);
    opened.commit(first, MessageStore.Durability.SYNCED);
    temporary = made;
    batch = opened.newBatch();
  }

  /** One batch: append, acknowledge, seal, one write, one fdatasync. */
  @Benchmark
  public void commit(Load load, MessageCount count) throws StoreException {
    StoreBatch changes = TemporaryDirectory.required(batch);
    byte[] body = load.body();
    changes.clear();
    long end = next;
    for (int i = 0; i < load.inFlight; i++, next++) {
      changes.append(LOG, message(next, body));
    }
    for (; acknowledged < end; acknowledged++) {
      changes.acknowledge(LOG, CURSOR, acknowledged, body.length);
    }
    MessageStore store = TemporaryDirectory.required(temporary).store();
    store.commit(changes, MessageStore.Durability.SYNCED);
    count.messages += load.inFlight;
  }

  private static StoredMessage message(long sequence, byte[] body) {
    return new StoredMessage(
        sequence,
        StoredMessage.DURABLE,
        (byte) 4,
        1_700_000_000_000L,
        0,
        0,
        0,
        StoredMessage.NO_ATTRIBUTES,
        body);
  }

  /** Closes and deletes the store. */
  @TearDown
  public void close() throws IOException {
    TemporaryDirectory.required(temporary).close();
  }
}
