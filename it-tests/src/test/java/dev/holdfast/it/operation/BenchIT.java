package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmark that operators run: it verifies, and leaves nothing behind. */
class BenchIT {
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;
  private static Cli cli;

  @BeforeAll
  static void start() {
    broker = BrokerProcess.start(BrokerOptions.in(SCRATCH));
    cli = broker.cli();
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  private static void assertClean() {
    assertThat(cli.ok("queue", "list")).doesNotContain("holdfast-bench");
    assertThat(cli.ok("topic", "list")).doesNotContain("holdfast-bench");
  }

  @ParameterizedTest
  @ValueSource(strings = {"send", "recv", "pipe", "latency", "fanout"})
  void everyKindVerifiesAndCleansUp(String kind) {
    String[] all = {"bench", kind, "--messages", "300", "--producers", "2", "--consumers", "2"};
    JsonNode report = cli.json(all);
    assertThat(report.get("right").asBoolean()).as(report.toString()).isTrue();
    assertThat(report.get("lost").asLong()).isZero();
    if (!kind.equals("recv")) {
      assertThat(report.get("sendMessages").asLong()).isEqualTo(600);
    }
    if (!kind.equals("send")) {
      assertThat(report.get("receiveMessages").asLong())
          .isEqualTo(kind.equals("fanout") ? 1200 : 600);
    }
    assertClean();
  }

  @Test
  void anInterruptedOneCleansUpToo() throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    Environment.launcher().toString(),
                    "--url",
                    "unix://" + broker.ready().admin(),
                    "bench",
                    "latency",
                    "--messages",
                    "1000000"))
            .start();
    while (!cli.ok("queue", "list").contains("holdfast-bench")) {
      assertThat(process.isAlive()).isTrue();
    }
    process.destroy();
    process.waitFor();
    assertClean();
  }
}
