package dev.holdfast.benchmarks.load;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run: attach every link, start both sides together, let the warm-up pass, measure, check.
 *
 * <p>Belongs to the calling thread, which only waits and looks; one loop per side does the work.
 */
final class LoadRun {
  private static final long POLL_MILLIS = 5;
  private static final long ATTACH_MILLIS = 20_000;

  private final LoadPlan plan;
  private final int run = ThreadLocalRandom.current().nextInt();
  private final RunState state = new RunState();
  private final List<ProducerLink> producers;
  private final List<ConsumerLink> consumers;
  private final Ledger ledger;
  private final List<LoadLoop> loops = new ArrayList<>();
  private long peakRssBytes;

  LoadRun(LoadPlan plan) {
    this.plan = plan;
    ledger = new Ledger(plan.consumers());
    producers =
        plan.mode().sends()
            ? IntStream.range(0, plan.producers())
                .mapToObj(i -> new ProducerLink(plan, state, run, i))
                .toList()
            : List.of();
    consumers =
        plan.mode().receives()
            ? IntStream.range(0, plan.consumers())
                .mapToObj(i -> new ConsumerLink(plan, state, ledger, i))
                .toList()
            : List.of();
  }

  /** Runs and returns the result; {@code ok} in it is false when anything was violated. */
  ObjectNode execute() throws IOException, InterruptedException {
    if (!consumers.isEmpty()) {
      loops.add(
          new LoadLoop(
              "load-consumers",
              plan.endpoint(),
              state,
              consumers,
              () -> state.received(ledger.unique())));
    }
    if (!producers.isEmpty()) {
      loops.add(
          new LoadLoop(
              "load-producers",
              plan.endpoint(),
              state,
              producers,
              () -> state.answered(producers.stream().mapToLong(ProducerLink::answered).sum())));
    }
    for (LoadLoop loop : loops) {
      loop.start();
      if (!loop.awaitReady(ATTACH_MILLIS)) {
        state.fail("not every link was attached within " + ATTACH_MILLIS + " ms");
      }
    }
    state.start();
    awaitCount(plan.warmup());
    Moment from = now();
    awaitCount(plan.total());
    Moment to = now();
    state.stop();
    for (LoadLoop loop : loops) {
      loop.join();
    }
    return new LoadReport(plan, run, state, producers, consumers, ledger)
        .toJson(from, to, peakRssBytes);
  }

  /** What limits the run's progress: arrivals where there are consumers, else answers. */
  private long progress() {
    return consumers.isEmpty() ? state.answered() : state.received();
  }

  private void awaitCount(long count) throws IOException, InterruptedException {
    while (state.failure() == null && progress() < count) {
      long quiet = NanoClock.now() - state.lastProgressNanos();
      if (quiet > plan.idle().toNanos()) {
        if (plan.messages() != 0 || plan.mode() != LoadPlan.Mode.RECEIVE) {
          state.fail("no progress for " + plan.idle() + " after " + progress() + " messages");
        }
        return;
      }
      if (plan.brokerPid() != 0) {
        peakRssBytes = Math.max(peakRssBytes, ProcessCosts.rssBytes(plan.brokerPid()));
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private Moment now() throws IOException {
    long progress = progress();
    // At the end of the run the last message counts, not when this thread noticed it.
    long nanos = progress >= plan.total() ? state.lastProgressNanos() : NanoClock.now();
    long generator = loops.stream().mapToLong(LoadLoop::cpuNanos).sum();
    ProcessCosts broker = plan.brokerPid() == 0 ? null : ProcessCosts.of(plan.brokerPid());
    return new Moment(nanos, progress, generator, broker);
  }

  /**
   * The counters at one moment.
   *
   * @param nanos when, as {@link NanoClock}
   * @param messages how many had gone through
   * @param generatorCpuNanos CPU of the tool's own loops
   * @param broker the broker's costs, when its process is known
   */
  record Moment(long nanos, long messages, long generatorCpuNanos, @Nullable ProcessCosts broker) {}
}
