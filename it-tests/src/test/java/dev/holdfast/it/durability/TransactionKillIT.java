package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.durability.PowerCut.Survivors;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpReceiver.Received;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The process dies, or the power fails, in the middle of many transactions that move messages
 * between two queues: of each transaction all has happened or nothing.
 */
class TransactionKillIT {
  private static final int KILLS = Environment.times(10, 100);
  private static final int CUTS = Environment.times(5, 50);
  private static final int MESSAGES = 300;

  private final Scratch scratch = Scratch.create();
  private final MoveLedger ledger = new MoveLedger();
  private final Set<String> messages = new LinkedHashSet<>();
  private final Random random = new Random();

  @AfterEach
  void clean() {
    scratch.close();
  }

  @Test
  void killLeavesNoTransactionHalfDone() throws IOException {
    for (int round = 0; round < KILLS; round++) {
      round(BrokerOptions.in(scratch), round == 0);
    }
    check(BrokerOptions.in(scratch));
  }

  @Test
  void powerCutsLeaveNoTransactionHalfDone() throws IOException {
    Files.createDirectories(scratch.data());
    PowerCut powerCut = PowerCut.over(scratch);
    BrokerOptions watched = powerCut.watching(BrokerOptions.in(scratch));
    for (int round = 0; round < CUTS; round++) {
      round(watched, round == 0);
      powerCut.restore(Survivors.values()[round % 3], random);
    }
    check(watched);
  }

  private void round(BrokerOptions options, boolean first) throws IOException {
    try (BrokerProcess broker = BrokerProcess.start(options)) {
      if (first) {
        fill(broker);
      }
      Load load =
          Load.of(
              ledger::violation,
              new Mover(broker, ledger, 1, MoveLedger.LEFT, MoveLedger.RIGHT)::run,
              new Mover(broker, ledger, 2, MoveLedger.LEFT, MoveLedger.RIGHT)::run,
              new Mover(broker, ledger, 3, MoveLedger.RIGHT, MoveLedger.LEFT)::run,
              new Mover(broker, ledger, 4, MoveLedger.RIGHT, MoveLedger.LEFT)::run);
      int goal = ledger.committedCount() + 20 + random.nextInt(150);
      await("transactions committed")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(1))
          .until(() -> !broker.alive() || ledger.committedCount() >= goal);
      assertThat(broker.alive()).as("still up; log:\n%s", broker.logText()).isTrue();
      broker.kill();
      load.awaitEnd();
    }
  }

  private void fill(BrokerProcess broker) throws IOException {
    // What is rolled back has failed once more; none shall be dead-lettered over that.
    for (String queue : List.of(MoveLedger.LEFT, MoveLedger.RIGHT)) {
      broker.cli().ok("queue", "create", queue, "--max-deliveries", "65535");
    }
    broker.api().createQueue(MoveLedger.LOG);
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender sender = client.sender(MoveLedger.LEFT);
      for (int i = 0; i < MESSAGES; i++) {
        messages.add("m" + i);
        assertThat(sender.sendAndWait(Messages.text("m" + i))).isInstanceOf(Accepted.class);
      }
    }
  }

  private void check(BrokerOptions options) throws IOException {
    try (BrokerProcess broker = BrokerProcess.start(options)) {
      ledger.check(
          messages,
          drain(broker, MoveLedger.LEFT),
          drain(broker, MoveLedger.RIGHT),
          drain(broker, MoveLedger.LOG));
    }
  }

  private static List<String> drain(BrokerProcess broker, String queue) throws IOException {
    List<String> bodies = new ArrayList<>();
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpReceiver receiver = client.receiver(queue);
      int before = -1;
      while (before < bodies.size()) {
        before = bodies.size();
        receiver.drain(500);
        for (Optional<Received> next = receiver.poll(); next.isPresent(); next = receiver.poll()) {
          bodies.add(Messages.textOf(next.get().bytes()));
          next.get().accept();
        }
      }
    }
    return bodies;
  }
}
