package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchCommandTest {

  private static byte[] body(int producer, int number) {
    return BenchLedger.body(32, producer, number, 1_000_000);
  }

  @Test
  void theLedgerFindsWhatIsLostDoubledAndOutOfOrder() throws InterruptedException {
    BenchLedger ledger = new BenchLedger(2, 3);
    for (int[] message : new int[][] {{0, 0}, {0, 2}, {0, 1}, {1, 0}, {1, 0}, {1, 1}}) {
      ledger.take(body(message[0], message[1]), 3_000_000);
    }
    ledger.take(new byte[3], 0);
    ledger.take(body(9, 0), 0);
    ledger.take(body(1, 3), 0);
    assertThat(ledger.lost()).isEqualTo(1);
    assertThat(ledger.duplicates()).isEqualTo(1);
    assertThat(ledger.outOfOrder()).isEqualTo(1);
    assertThat(ledger.strangers()).isEqualTo(3);
    assertThat(ledger.micros()).containsOnly(2_000).hasSize(5);
    assertThat(ledger.awaitAll(1)).isFalse();
    ledger.take(body(1, 2), 3_000_000);
    assertThat(ledger.awaitAll(1)).isTrue();
  }

  @Test
  void theReportHasRatesPercentilesAndAVerdict() {
    long[] micros = new long[100];
    for (int i = 0; i < 100; i++) {
      micros[99 - i] = i + 1;
    }
    BenchReport report =
        new BenchReport()
            .rates("send", 2_000, 1 << 20, 2_000_000_000L)
            .times("accepted", micros)
            .fault("lost", 0);
    assertThat(report.json())
        .containsEntry("sendMessagesPerSecond", 1_000L)
        .containsEntry("sendMiBPerSecond", 1_000.0)
        .containsEntry("acceptedMicros", Map.of("p50", 50L, "p90", 90L, "p99", 99L, "max", 100L))
        .containsEntry("right", true);
    assertThat(report.fault("duplicates", 1).json()).containsEntry("right", false);
  }

  @ParameterizedTest
  @CsvSource({"--size,1", "--messages,-1", "--producers,0", "--consumers,1000", "--in-flight,0"})
  void refusesWhatCannotBe(String option, String value) {
    Cli cli = Cli.run(Map.of(), "", "bench", "send", option, value);
    assertThat(cli.exit()).isEqualTo(2);
    assertThat(cli.err()).contains(option + " takes ");
  }

  @Test
  void helpSaysWhatEachKindDoes() {
    String help = Cli.run(Map.of(), "", "bench", "--help").out();
    assertThat(help).startsWith("Usage: holdfast bench ");
    for (String kind : List.of("send", "recv", "pipe", "latency", "fanout")) {
      assertThat(help).contains("  " + kind + " ");
    }
    assertThat(Cli.run(Map.of(), "", "bench", "burn").exit()).isEqualTo(2);
  }
}
