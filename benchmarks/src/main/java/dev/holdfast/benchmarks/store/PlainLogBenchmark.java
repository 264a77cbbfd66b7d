package dev.holdfast.benchmarks.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** The reference for {@link CommitBenchmark}: the same messages into a plain recycled log. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class PlainLogBenchmark {
  private @Nullable Path directory;
  private @Nullable PlainLog log;

  /** Preallocates the log in a new directory under {@code java.io.tmpdir}. */
  @Setup
  public void open() throws IOException {
    Path made = Files.createTempDirectory("holdfast-bench");
    directory = made;
    log = new PlainLog(made.resolve("log"));
  }

  /** One batch: append all, one write, one fdatasync. */
  @Benchmark
  public void commit(Load load, MessageCount count) throws IOException {
    PlainLog open = TemporaryDirectory.required(log);
    byte[] body = load.body();
    for (int i = 0; i < load.inFlight; i++) {
      open.append(body);
    }
    open.commit();
    count.messages += load.inFlight;
  }

  /** Deletes the log. */
  @TearDown
  public void close() throws IOException {
    TemporaryDirectory.required(log).close();
    TemporaryDirectory.delete(TemporaryDirectory.required(directory));
  }
}
