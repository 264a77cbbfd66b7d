package dev.holdfast.broker.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.NodeCount;
import dev.holdfast.broker.domain.Statistics;
import dev.holdfast.broker.management.Finding.Severity;
import dev.holdfast.storage.StoreHealth;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the broker makes of its own figures. */
class HealthChecksTest {

  private static Statistics.Commits commits(long slow, long slowAtMs) {
    return new Statistics.Commits(
        1, 1, 1, 0, slow, slowAtMs, new Statistics.Times(new double[0], new long[1], 0));
  }

  private static NodeCount deadLetters(String node, long messages) {
    return new NodeCount(
        NodeCount.Kind.DEAD_LETTERS, node + "/$dead-letter", messages, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void aDiskIsFineUntilTwiceTheReserveIsLeft() {
    assertThat(HealthChecks.disk(new StoreHealth(true, "", 200, 100, 0)).severity())
        .isEqualTo(Severity.OK);
    Finding little = HealthChecks.disk(new StoreHealth(true, "", 199, 100, 0));
    assertThat(little.severity()).isEqualTo(Severity.WARN);
    assertThat(little.message()).startsWith("199 bytes are free");
    Finding full = HealthChecks.disk(new StoreHealth(false, "the disk is full", 99, 100, 0));
    assertThat(full.severity()).isEqualTo(Severity.FAIL);
    assertThat(full.message()).contains("the disk is full");
  }

  @Test
  void slowCommitsAreTellableForFiveMinutes() {
    assertThat(HealthChecks.commits(commits(0, 0), 1_000).severity()).isEqualTo(Severity.OK);
    Finding lately = HealthChecks.commits(commits(3, 1_000), 300_999);
    assertThat(lately.severity()).isEqualTo(Severity.WARN);
    assertThat(lately.message()).contains("299 s ago", "3 have been");
    assertThat(HealthChecks.commits(commits(3, 1_000), 301_000).severity()).isEqualTo(Severity.OK);
  }

  @Test
  void aStuckQueueHasARemedyThatFits() {
    assertThat(HealthChecks.stuck(List.of(), 0))
        .extracting(Finding::severity)
        .containsExactly(Severity.OK);
    List<Finding> stuck =
        HealthChecks.stuck(
            List.of(
                new Statistics.StuckNode("a", NodeCount.Kind.QUEUE, 7, 0, 10_000),
                new Statistics.StuckNode("b", NodeCount.Kind.QUEUE, 1, 2, 10_000)),
            70_000);
    assertThat(stuck).extracting(Finding::severity).containsOnly(Severity.FAIL);
    assertThat(stuck.get(0).message()).contains("a holds 7 messages", "60 s");
    assertThat(stuck.get(0).remedy()).contains("start a consumer");
    assertThat(stuck.get(1).remedy()).contains("2 consumers");
  }

  @Test
  void deadLettersThatWaitAreToldByNode() {
    assertThat(HealthChecks.deadLetters(List.of(deadLetters("a", 0))))
        .extracting(Finding::severity)
        .containsExactly(Severity.OK);
    assertThat(HealthChecks.deadLetters(List.of(deadLetters("a", 0), deadLetters("b", 4))))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.WARN);
              assertThat(finding.message()).isEqualTo("b/$dead-letter holds 4 messages");
              assertThat(finding.remedy()).contains("holdfast dlq");
            });
  }
}
