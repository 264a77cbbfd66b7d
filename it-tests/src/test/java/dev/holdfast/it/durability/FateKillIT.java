package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.durability.FateProducer.Kind;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpReceiver.Received;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The process dies again and again while messages expire, die, wait for their moment and are sent
 * twice: in the end each one that was accepted is in one place, and the right one.
 */
class FateKillIT {
  private static final int KILLS = Environment.times(8, 50);

  private final Scratch scratch = Scratch.create();
  private final Random random = new Random();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final Map<Kind, FateProducer> producers = FateProducer.all(violations::add);

  @AfterEach
  void clean() {
    scratch.close();
  }

  @Test
  void eachMessageIsInOnePlaceWhateverHappened() throws IOException {
    for (int kill = 0; kill < KILLS; kill++) {
      try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
        if (kill == 0) {
          for (Kind kind : Kind.values()) {
            broker.api().createQueue(kind.queue());
          }
        }
        List<Load.Worker> workers = new ArrayList<>();
        producers.values().forEach(producer -> workers.add(end -> producer.run(broker, end)));
        workers.add(end -> rejectAll(broker, end));
        long goal = accepted() + 500 + random.nextInt(2_500);
        Load load = Load.of(violations::add, workers.toArray(Load.Worker[]::new));
        await("messages accepted")
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(1))
            .until(() -> !broker.alive() || accepted() >= goal);
        assertThat(broker.alive()).as("still up; log:\n%s", broker.logText()).isTrue();
        broker.kill();
        load.awaitEnd();
      }
    }
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      finish(broker);
      check(broker);
    }
    assertThat(violations).isEmpty();
  }

  private long accepted() {
    return producers.values().stream().mapToLong(FateProducer::acceptedCount).sum();
  }

  private static void rejectAll(BrokerProcess broker, AtomicBoolean stopping) throws IOException {
    AmqpClient client = AmqpClient.local(broker);
    try {
      AmqpReceiver receiver = client.receiver(Kind.REJECTED.queue());
      while (!stopping.get()) {
        if (receiver.credit() < 50) {
          receiver.flow(100 - receiver.credit());
        }
        client.pump(20);
        for (Optional<Received> next = receiver.poll(); next.isPresent(); next = receiver.poll()) {
          next.get().settle(new Rejected());
        }
      }
    } finally {
      client.abort();
    }
  }

  /** What was not answered is sent again, the rest is rejected, and time passes. */
  private void finish(BrokerProcess broker) throws IOException {
    producers.get(Kind.KEYED).sendRest(broker);
    try (Load load = Load.of(violations::add, end -> rejectAll(broker, end))) {
      for (Kind kind : List.of(Kind.REJECTED, Kind.EXPIRING)) {
        await("an empty queue " + kind)
            .atMost(Duration.ofSeconds(60))
            .until(() -> queue(broker, kind.queue()).get("messages").asLong() == 0);
      }
    }
    await("nothing waits for its moment")
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                broker
                    .api()
                    .call("GET", "/scheduled/" + Kind.DELAYED.queue() + "?limit=1", "")
                    .get("messages")
                    .isEmpty());
  }

  private void check(BrokerProcess broker) throws IOException {
    for (Kind kind : Kind.values()) {
      String reason = kind.reason();
      String place = kind.queue() + (reason.isEmpty() ? "" : "/$dead-letter");
      List<String> bodies = drain(broker, place);
      assertThat(new HashSet<>(bodies)).as("%s: none twice", kind).hasSameSizeAs(bodies);
      assertThat(new HashSet<>(bodies))
          .as("%s: all that were accepted", kind)
          .containsAll(producers.get(kind).accepted());
      assertThat(producers.get(kind).sent()).as("%s: none else", kind).containsAll(bodies);
      if (reason.isEmpty()) {
        assertThat(queue(broker, kind.queue()).get("deadLetters").asLong()).as("%s", kind).isZero();
      }
    }
  }

  private List<String> drain(BrokerProcess broker, String place) throws IOException {
    for (Kind kind : Kind.values()) {
      if (place.equals(kind.queue() + "/$dead-letter")) {
        JsonNode groups =
            broker
                .api()
                .call("GET", "/dead-letters/" + kind.queue() + "/summary", "")
                .get("groups");
        assertThat(groups).as("%s", kind).hasSize(1);
        assertThat(groups.get(0).get("reason").asText()).isEqualTo(kind.reason());
      }
    }
    List<String> bodies = new ArrayList<>();
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpReceiver receiver = client.receiver(place);
      receiver.drain(1_000_000);
      for (Optional<Received> next = receiver.poll(); next.isPresent(); next = receiver.poll()) {
        bodies.add(Messages.textOf(next.get().bytes()));
        next.get().accept();
      }
    }
    return bodies;
  }

  private static JsonNode queue(BrokerProcess broker, String queue) {
    return broker.api().call("GET", "/queues/" + queue, "");
  }
}
