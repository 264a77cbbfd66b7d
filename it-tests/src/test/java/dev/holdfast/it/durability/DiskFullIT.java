package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpReceiver.Received;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The disk runs full: no new messages, everything else goes on, and it heals by itself. */
class DiskFullIT {
  private static final int DISK_MEGABYTES = 192;

  /** What {@code status} exits with while the broker takes no messages. */
  private static final int NOT_READY = 8;

  private final Scratch scratch = Scratch.create();
  private final Ledger ledger = new Ledger();

  @AfterEach
  void clean() {
    scratch.close();
  }

  @Test
  void aFullDiskRefusesNewMessagesAndNothingElse() throws IOException {
    try (SmallDisk disk = SmallDisk.over(scratch, DISK_MEGABYTES)) {
      BrokerOptions options =
          disk.holding(BrokerOptions.in(scratch)).with("--set", "store.disk-reserve=48MiB");
      try (BrokerProcess broker = BrokerProcess.start(options)) {
        Load.createQueues(broker);
        broker.api().createQueue("doomed");
        fillWithMessages(broker);
        assertOthersGoOn(broker);
        assertResumes(broker);
        // And once more, by somebody else's file.
        assertRefusesWhenFilled(disk, broker);
        disk.free();
        assertResumes(broker);
        assertRefusesWhenFilled(disk, broker);
        broker.kill();
      }
      // The restart has to do with what is left, too.
      try (BrokerProcess broker = BrokerProcess.start(options)) {
        disk.free();
        assertResumes(broker);
        LoadConsumer.drain(broker, ledger);
        ledger.assertKept("full disk");
        assertThat(broker.terminate()).as(broker.logText()).isZero();
      }
    }
  }

  private void fillWithMessages(BrokerProcess broker) throws IOException {
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender sender = client.sender(Load.QUEUE);
      DeliveryState answer = Accepted.getInstance();
      // Far more than the disk holds.
      for (int i = 0; i < 20_000 && answer instanceof Accepted; i++) {
        answer = send(sender, 64 << 10);
      }
      assertRefusal(answer);
    }
  }

  private DeliveryState send(AmqpSender sender, int bytes) throws IOException {
    Ledger.Key key = ledger.next(0);
    byte[] head = key.text().getBytes(StandardCharsets.UTF_8);
    byte[] body = new byte[bytes];
    Arrays.fill(body, (byte) 'x');
    System.arraycopy(head, 0, body, 0, head.length);
    DeliveryState answer = sender.sendAndWait(Messages.data(body));
    if (answer instanceof Accepted) {
      ledger.accepted(key);
    }
    return answer;
  }

  private static void assertRefusal(DeliveryState answer) {
    assertThat(answer).isInstanceOf(Rejected.class);
    assertThat(((Rejected) answer).getError().getCondition().toString())
        .isEqualTo("amqp:resource-limit-exceeded");
    assertThat(((Rejected) answer).getError().getDescription()).isNotBlank();
  }

  private void assertRefusesWhenFilled(SmallDisk disk, BrokerProcess broker) {
    await("a refusal")
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              // Again and again: the broker may still be giving back what was consumed before.
              disk.fill();
              try (AmqpClient client = AmqpClient.local(broker)) {
                assertRefusal(send(client.sender(Load.QUEUE), 1024));
              }
            });
  }

  private void assertOthersGoOn(BrokerProcess broker) throws IOException {
    Command.Result status = broker.cli().run("-o", "json", "status");
    assertThat(status.exitCode()).as(status.all()).isEqualTo(NOT_READY);
    JsonNode store = Cli.parse(status.out()).get("store");
    assertThat(store.get("publishable").asBoolean()).as("%s", store).isFalse();
    assertThat(store.get("reason").asText()).isNotBlank();
    assertThat(broker.cli().ok("msg", "peek", Load.QUEUE, "--limit", "1")).isNotBlank();
    broker.cli().ok("queue", "delete", "doomed", "--yes");
    Map<Integer, Long> last = new HashMap<>();
    long before = broker.cli().messages(Load.QUEUE);
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpReceiver receiver = client.receiver(Load.QUEUE);
      for (long left = before * 3 / 4; left > 0; left--) {
        Received received = receiver.receive(20_000).orElseThrow();
        ledger.received(Ledger.Key.parse(Messages.textOf(received.bytes())), last);
        received.accept();
      }
      client.pump(0);
    }
    await("three quarters are gone")
        .untilAsserted(() -> broker.cli().awaitMessages(Load.QUEUE, before - before * 3 / 4));
  }

  private void assertResumes(BrokerProcess broker) {
    await("an accepted message")
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              try (AmqpClient client = AmqpClient.local(broker)) {
                assertThat(send(client.sender(Load.QUEUE), 1024)).isInstanceOf(Accepted.class);
              }
            });
    await("health").untilAsserted(() -> assertThat(broker.cli().run("status").exitCode()).isZero());
  }
}
