package dev.holdfast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each benchmark runs once, in this process and with little to do; what it measures is nothing. */
class EveryBenchmarkRunsTest {

  @Test
  void everyBenchmarkRuns() throws RunnerException {
    // Another run on the same machine must not make this one fail.
    System.setProperty("jmh.ignoreLock", "true");
    Options once =
        new OptionsBuilder()
            .include("dev\\.holdfast\\..*")
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(20))
            .param("size", "100")
            .param("inFlight", "10")
            .param("bytes", "128")
            .param("rules", "20")
            .param("keys", "1000")
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();

    Collection<RunResult> results = new Runner(once).run();

    Stream<String> names =
        results.stream()
            .map(r -> r.getParams().getBenchmark().replaceAll(".*\\.(\\w+\\.\\w+)", "$1"));
    assertThat(names.toList())
        .containsExactlyInAnyOrderElementsOf(
            List.of(
                "AccessBenchmark.again",
                "AccessBenchmark.firstTime",
                "CommitBenchmark.commit",
                "IdempotencyBenchmark.knownKey",
                "IdempotencyBenchmark.newKey",
                "MessageScanBenchmark.decode",
                "MessageScanBenchmark.guard",
                "MessageScanBenchmark.scan",
                "OwnerBenchmark.through",
                "PlainLogBenchmark.commit",
                "SealingBenchmark.seal",
                "SelectorBenchmark.firstConditionFails",
                "SelectorBenchmark.headerFails",
                "SelectorBenchmark.lastConditionFails",
                "SelectorBenchmark.parse",
                "SelectorBenchmark.propertyFilterFails"));
  }
}
