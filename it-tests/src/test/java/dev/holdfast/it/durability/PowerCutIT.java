package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.durability.PowerCut.Losses;
import dev.holdfast.it.durability.PowerCut.Survivors;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The power fails under load: every write that was not synced is gone or torn, nothing accepted.
 */
class PowerCutIT {
  private static final int CUTS = Environment.times(12, 90);

  private final Scratch scratch = Scratch.create();
  private final Ledger ledger = new Ledger();

  @AfterEach
  void clean() {
    scratch.close();
  }

  @Test
  void nothingAcceptedIsLost() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Files.createDirectories(scratch.data());
    PowerCut powerCut = PowerCut.over(scratch);
    BrokerOptions watched = powerCut.watching(BrokerOptions.in(scratch));
    int undone = 0;
    for (int round = 0; round < CUTS; round++) {
      try (BrokerProcess broker = BrokerProcess.start(watched)) {
        if (round == 0) {
          Load.createQueues(broker);
        }
        // The first rounds only build a backlog, so that memtables are flushed and logs recycled.
        Load load = Load.start(broker, ledger, new Load.Shape(3, round < 3 ? 0 : 2, 4096));
        awaitAccepted(broker, 100 + random.nextInt(4000));
        broker.kill();
        load.awaitEnd();
      }
      Losses losses = powerCut.restore(Survivors.values()[round % 3], random);
      undone += losses.writes;
    }
    try (BrokerProcess broker = BrokerProcess.start(watched)) {
      LoadConsumer.drain(broker, ledger);
    }
    assertThat(undone).as("writes that the cuts took back").isPositive();
    ledger.assertKept(CUTS + " power cuts, seed " + seed);
  }

  @Test
  void aStoreThatDoesNotSyncIsFoundOut() throws IOException {
    Files.createDirectories(scratch.data());
    PowerCut powerCut = PowerCut.over(scratch);
    try (BrokerProcess broker = BrokerProcess.start(powerCut.watching(BrokerOptions.in(scratch)))) {
      Load.createQueues(broker);
      assertThat(broker.terminate()).isZero();
    }
    powerCut.forget();
    BrokerOptions broken = powerCut.watchingWithoutSyncOf("/wal/", BrokerOptions.in(scratch));
    try (BrokerProcess broker = BrokerProcess.start(broken)) {
      Load load = Load.start(broker, ledger, new Load.Shape(1, 0, 1024));
      awaitAccepted(broker, 500);
      broker.kill();
      load.awaitEnd();
    }
    powerCut.restore(Survivors.NONE, new Random(1));
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      LoadConsumer.drain(broker, ledger);
    } catch (AssertionError refused) {
      // What is lost is found out already when the tables know of later commits than the log.
      assertThat(refused).hasMessageContaining("were acknowledged");
      return;
    }
    assertThat(ledger.lost()).as("accepted messages lost without syncs").isNotEmpty();
  }

  private void awaitAccepted(BrokerProcess broker, int messages) {
    long goal = ledger.acceptedCount() + messages;
    await("messages accepted")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(1))
        .until(() -> !broker.alive() || ledger.acceptedCount() >= goal);
    assertThat(broker.alive()).as("still up; log:\n%s", broker.logText()).isTrue();
  }
}
