package dev.holdfast.benchmarks.domain;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Principal;
import dev.holdfast.benchmarks.store.Load;
import dev.holdfast.benchmarks.store.MessageCount;
import dev.holdfast.benchmarks.store.TemporaryStore;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.owner.DomainSettings;
import dev.holdfast.broker.domain.owner.OwnerLoop;
import dev.holdfast.deadletter.RetryPolicy;
import java.time.Clock;
import java.util.Objects;
import java.util.Set;
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
 * Messages through the owner thread and the store, without network: published, committed with an
 * fsync, handed out, accepted, acknowledged. The difference to a broker is its edge.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class OwnerBenchmark {
  private static final Principal PRINCIPAL =
      new Principal("user:benchmark", Set.of(Principal.ADMIN));
  private static final String QUEUE = "orders";

  private @Nullable TemporaryStore temporary;
  private @Nullable OwnerLoop owner;
  private @Nullable ClosedLoop loop;

  /** Starts an owner with one queue. */
  @Setup
  public void start() throws Exception {
    TemporaryStore made = TemporaryStore.open();
    OwnerLoop started =
        new OwnerLoop(
            made.store(), DomainSettings.defaults(), AccessPolicy.adminOnly(), Clock.systemUTC());
    started.start();
    QueueDefinition queue = new QueueDefinition(QUEUE, 16 << 20, RetryPolicy.DEFAULT);
    started.admin().createQueue(PRINCIPAL, queue).toCompletableFuture().get();
    ClosedLoop attached = new ClosedLoop(started, PRINCIPAL, QUEUE);
    attached.attach();
    temporary = made;
    owner = started;
    loop = attached;
  }

  /** Ten times what is in flight, all the way through. */
  @Benchmark
  public void through(Load load, MessageCount count) {
    int messages = 10 * load.inFlight;
    Objects.requireNonNull(loop).run(load.body(), messages, load.inFlight);
    count.messages += messages;
  }

  /** Stops it. */
  @TearDown
  public void stop() throws Exception {
    Objects.requireNonNull(owner).stop().toCompletableFuture().get();
    Objects.requireNonNull(temporary).close();
  }
}
