package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The process dies at random moments under load; what it answered stands. */
class KillIT {
  private static final int KILLS = Environment.times(20, 200);
  private static final int TERMS = 4;

  private final Scratch scratch = Scratch.create();
  private final Ledger ledger = new Ledger();
  private final Random random = new Random();

  @AfterEach
  void clean() {
    scratch.close();
  }

  @Test
  void killLosesNothingThatWasAnswered() throws IOException {
    StringBuilder logs = new StringBuilder();
    for (int round = 0; round < KILLS; round++) {
      try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
        if (round == 0) {
          Load.createQueues(broker);
        }
        Load load = Load.start(broker, ledger, new Load.Shape(3, 2, 1024));
        awaitProgress(broker, 1 + random.nextInt(3000));
        broker.kill();
        load.awaitEnd();
        logs.append(broker.logText());
      }
    }
    drainAndCheck(logs, KILLS + " kills");
  }

  @Test
  void terminationEndsCleanlyAndRemembersEverySettlement() throws IOException {
    StringBuilder logs = new StringBuilder();
    for (int round = 0; round < TERMS; round++) {
      try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
        if (round == 0) {
          Load.createQueues(broker);
        }
        Load load = Load.start(broker, ledger, new Load.Shape(3, 2, 1024));
        awaitProgress(broker, 500 + random.nextInt(3000));
        assertThat(broker.terminate()).as("exit code; log:\n%s", broker.logText()).isZero();
        load.awaitEnd();
        logs.append(broker.logText());
      }
    }
    drainAndCheck(logs, TERMS + " terminations");
  }

  private void awaitProgress(BrokerProcess broker, int messages) {
    long goal = ledger.acceptedCount() + messages;
    long settled = ledger.settledCount();
    await("messages accepted and settled")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(1))
        .until(
            () ->
                !broker.alive()
                    || (ledger.acceptedCount() >= goal && ledger.settledCount() > settled));
    assertThat(broker.alive()).as("still up; log:\n%s", broker.logText()).isTrue();
  }

  private void drainAndCheck(StringBuilder logs, String context) throws IOException {
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      LoadConsumer.drain(broker, ledger);
      ledger.assertKept(context);
      broker.cli().awaitMessages(Load.QUEUE, 0);
      logs.append(broker.logText());
    }
    assertThat(ledger.settledCount()).as("settlements").isPositive();
    assertThat(logs.toString().toLowerCase(java.util.Locale.ROOT))
        .as("nothing unreadable")
        .doesNotContain("corrupt")
        .doesNotContain("unreadable");
  }
}
