package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.junit.jupiter.api.Test;

/** Holding back, as operators and clients see it. */
class MaintenanceIT {

  private static void assertRefused(AmqpSender sender, String code, String reason)
      throws IOException {
    DeliveryState answer = sender.sendAndWait(Messages.text("refused"));
    assertThat(answer)
        .isInstanceOfSatisfying(
            Rejected.class,
            r -> {
              assertThat(r.getError().getCondition().toString())
                  .isEqualTo("amqp:resource-limit-exceeded");
              assertThat(r.getError().getDescription()).startsWith(code).endsWith(reason);
            });
  }

  @Test
  void clientsHearWhyAndARestartChangesNothingButTheDraining() throws IOException {
    try (Scratch scratch = Scratch.create()) {
      try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
        broker.api().createQueue("held");
        broker.api().createQueue("free");
        broker.cli().ok("topic", "create", "news");
        broker.cli().ok("msg", "send", "held", "waits");
        paused(broker);
        modes(broker);
      }
      try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch));
          AmqpClient client = AmqpClient.local(broker)) {
        assertThat(broker.cli().ok("status")).contains("read-only: moving the disk");
        assertRefused(client.sender("free"), "HF-READ-ONLY", "moving the disk");
        broker.cli().ok("broker", "read-only", "off");
        assertThat(client.sender("free").sendAndWait(Messages.text("x")))
            .isInstanceOf(Accepted.class);
        assertThat(broker.cli().queue("held").get("pausedDelivery").asBoolean()).isTrue();
        AmqpReceiver receiver = client.receiver("held");
        receiver.flow(10);
        assertThat(receiver.receive(500)).isEmpty();
        broker.cli().ok("queue", "resume", "held");
        assertThat(Messages.textOf(receiver.receive(30_000).orElseThrow().bytes()))
            .isEqualTo("waits");
      }
    }
  }

  private static void paused(BrokerProcess broker) throws IOException {
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender sender = client.sender("held");
      AmqpSender news = client.sender("news");
      broker.cli().ok("queue", "pause", "held", "--reason", "a bug in 4.2");
      broker.cli().ok("topic", "pause", "news", "--sending", "--reason", "quiet please");
      assertRefused(sender, "HF-PAUSED", "a bug in 4.2");
      assertRefused(news, "HF-PAUSED", "quiet please");
      assertThat(broker.cli().ok("queue", "info", "held")).contains("a bug in 4.2");
      assertThat(broker.cli().ok("topic", "info", "news")).contains("quiet please");
      broker.cli().ok("topic", "resume", "news");
      assertThat(news.sendAndWait(Messages.text("x"))).isInstanceOf(Accepted.class);
      broker.cli().ok("queue", "resume", "held", "--sending");
      assertThat(sender.sendAndWait(Messages.text("behind"))).isInstanceOf(Accepted.class);
      AmqpReceiver receiver = client.receiver("held");
      assertThat(receiver.properties())
          .containsEntry(Symbol.valueOf("holdfast:delivery-paused"), "a bug in 4.2");
      receiver.flow(10);
      assertThat(receiver.receive(500)).isEmpty();
      assertThat(broker.cli().queue("held").get("pauseReason").asText()).isEqualTo("a bug in 4.2");
      assertThat(broker.cli().run("queue", "pause", "nowhere").exitCode()).isEqualTo(3);
    }
  }

  private static void modes(BrokerProcess broker) throws IOException {
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender sender = client.sender("free");
      assertThat(sender.sendAndWait(Messages.text("first"))).isInstanceOf(Accepted.class);
      broker.cli().ok("broker", "read-only", "on", "--reason", "moving the disk");
      assertRefused(sender, "HF-READ-ONLY", "moving the disk");
      broker.cli().ok("broker", "drain", "--reason", "down at six");
      assertRefused(sender, "HF-DRAINING", "down at six");
      assertThat(broker.cli().ok("status")).contains("draining: down at six");
      AmqpReceiver receiver = client.receiver("free");
      AmqpReceiver.Received got = receiver.receive(30_000).orElseThrow();
      assertThat(Messages.textOf(got.bytes())).isEqualTo("first");
      got.accept();
      assertThatThrownBy(() -> AmqpClient.local(broker))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("HF-DRAINING");
      broker.cli().ok("broker", "drain", "off");
      AmqpClient.local(broker).close();
      broker.cli().ok("broker", "read-only", "on", "--reason", "moving the disk");
      broker.cli().ok("broker", "drain");
      assertThat(broker.cli().ok("-o", "json", "audit", "query", "--event", "admin.request"))
          .contains("/broker/read-only")
          .contains("/broker/drain");
    }
  }
}
