package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The process dies, or the power fails, again and again in the middle of a redrive, which goes on
 * by itself: in the end each message is back, once.
 */
class RedriveKillIT {
  private static final int MESSAGES = Environment.times(1_800, 12_000);
  private static final int KEPT_FOR_THE_END = 400;
  private static final String QUEUE = "redriven";
  private static final String DEAD = QUEUE + "/$dead-letter";

  private static final String DEAD_IN_PATH = QUEUE + "%2F%24dead-letter";

  private final Scratch scratch = Scratch.create();
  private final Set<String> messages = new LinkedHashSet<>();
  private final Random random = new Random();

  @AfterEach
  void clean() {
    scratch.close();
  }

  @Test
  void killLosesNothingAndDoublesNothing() throws IOException {
    die(BrokerOptions.in(scratch), null);
  }

  @Test
  void powerCutsLoseNothingAndDoubleNothing() throws IOException {
    Files.createDirectories(scratch.data());
    PowerCut powerCut = PowerCut.over(scratch);
    die(powerCut.watching(BrokerOptions.in(scratch)), powerCut);
  }

  /** Kills the broker in the middle, again and again; with the power, when there is one to cut. */
  private void die(BrokerOptions options, @Nullable PowerCut power) throws IOException {
    long heard = 0;
    int kills = 0;
    while (heard < MESSAGES - KEPT_FOR_THE_END) {
      try (BrokerProcess broker = BrokerProcess.start(options)) {
        if (heard == 0) {
          fill(broker);
          String order = "{\"action\":\"redrive\",\"perSecond\":200}";
          broker.api().call("POST", "/dead-letters/" + QUEUE + "/tasks", order);
        }
        tell(broker, "pause");
        assertThat(messages(broker, DEAD_IN_PATH) + messages(broker, QUEUE))
            .as("in one of two places")
            .isEqualTo(MESSAGES);
        assertThat(done(broker)).as("counted exactly").isEqualTo(messages(broker, QUEUE));
        if (power == null) {
          assertThat(done(broker)).as("what was heard").isGreaterThanOrEqualTo(heard);
        }
        tell(broker, "resume");
        long goal = done(broker) + 1 + random.nextInt(300);
        await("messages redriven")
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(1))
            .until(() -> done(broker) >= goal);
        heard = done(broker);
        broker.kill();
        kills++;
      }
      if (power != null) {
        power.restore(Survivors.values()[kills % Survivors.values().length], random);
      }
    }
    assertThat(kills).isGreaterThan(2);
    try (BrokerProcess broker = BrokerProcess.start(options)) {
      await("the end of the task")
          .atMost(Duration.ofSeconds(60))
          .until(() -> task(broker).get("state").asText().equals("done"));
      check(broker);
    }
  }

  private static long done(BrokerProcess broker) {
    return task(broker).get("done").asLong();
  }

  private static long messages(BrokerProcess broker, String queue) {
    return broker.api().call("GET", "/queues/" + queue, "").get("messages").asLong();
  }

  private static JsonNode task(BrokerProcess broker) {
    return broker.api().call("GET", "/dead-letter-tasks/1", "");
  }

  private static void tell(BrokerProcess broker, String what) {
    broker.api().call("POST", "/dead-letter-tasks/1/" + what, "");
  }

  private void fill(BrokerProcess broker) throws IOException {
    broker.api().createQueue(QUEUE);
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender sender = client.sender(QUEUE);
      List<Object> answered = new ArrayList<>();
      sender.onAnswer((token, state) -> answered.add(token));
      for (int i = 0; i < MESSAGES; i++) {
        messages.add("m" + i);
        client.until("credit", () -> sender.credit() > 0);
        sender.send("m" + i, Messages.text("m" + i));
      }
      client.until("all of them stored", () -> answered.size() == MESSAGES);
      AmqpReceiver receiver = client.receiver(QUEUE);
      receiver.flow(MESSAGES);
      for (int i = 0; i < MESSAGES; i++) {
        Received received = receiver.receive(60_000).orElseThrow();
        received.settle(new Rejected());
      }
      client.pump(100);
    }
    await().until(() -> broker.cli().messages(DEAD) == MESSAGES);
  }

  private void check(BrokerProcess broker) throws IOException {
    assertThat(task(broker).get("done").asLong()).as("counted exactly").isEqualTo(MESSAGES);
    broker.cli().awaitMessages(DEAD, 0);
    List<String> bodies = new ArrayList<>();
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpReceiver receiver = client.receiver(QUEUE);
      receiver.drain(2 * MESSAGES);
      for (Optional<Received> next = receiver.poll(); next.isPresent(); next = receiver.poll()) {
        bodies.add(Messages.textOf(next.get().bytes()));
        next.get().accept();
      }
    }
    assertThat(bodies).as("each once, in order").containsExactlyElementsOf(messages);
  }
}
