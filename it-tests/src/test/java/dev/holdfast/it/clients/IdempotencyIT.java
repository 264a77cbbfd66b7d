package dev.holdfast.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpCoordinator;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Outcome;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same key again, over AMQP without a library that knows of keys. */
class IdempotencyIT {
  private final Scratch scratch = Scratch.create();
  private BrokerProcess broker;

  @BeforeEach
  void start() {
    broker = BrokerProcess.start(BrokerOptions.in(scratch));
    broker.api().createQueue("once");
    broker.api().createQueue("other");
  }

  @AfterEach
  void stop() {
    broker.close();
    scratch.close();
  }

  private static byte[] message(String key, String body) {
    Message message = Message.Factory.create();
    message.setDurable(true);
    Map<Symbol, Object> annotations = new HashMap<>();
    annotations.put(Symbol.valueOf("x-opt-idempotency-key"), key);
    message.setMessageAnnotations(new MessageAnnotations(annotations));
    message.setBody(new AmqpValue(body));
    return Messages.encode(message);
  }

  private static String condition(DeliveryState state) {
    assertThat(state).isInstanceOf(Rejected.class);
    return ((Rejected) state).getError().getCondition().toString();
  }

  private static String accepted(DeliveryState state) {
    assertThat(state).isInstanceOf(Accepted.class);
    return "accepted";
  }

  @Test
  void itIsAcceptedAndStoredOnce() throws IOException {
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender once = client.sender("once");
      AmqpSender other = client.sender("other");
      accepted(once.sendAndWait(message("k", "body")));
      accepted(once.sendAndWait(message("k", "body")));
      // A key means something within its node only.
      accepted(other.sendAndWait(message("k", "body")));
      broker.cli().awaitMessages("once", 1);
      broker.cli().awaitMessages("other", 1);
    }
  }

  @Test
  void anotherBodyIsRefused() throws IOException {
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender sender = client.sender("once");
      accepted(sender.sendAndWait(message("k", "body")));
      DeliveryState refused = sender.sendAndWait(message("k", "another body"));
      assertThat(condition(refused)).isEqualTo("amqp:precondition-failed");
      broker.cli().awaitMessages("once", 1);
      accepted(sender.sendAndWait(message("l", "another body")));
    }
  }

  @Test
  void itIsKnownAfterItsMessageIsGoneAndAfterKillMinusNine() throws IOException {
    try (AmqpClient client = AmqpClient.local(broker)) {
      accepted(client.sender("once").sendAndWait(message("k", "body")));
      AmqpReceiver.Received received = client.receiver("once").receive(20_000).orElseThrow();
      received.accept();
      client.pump(0);
      accepted(client.sender("once").sendAndWait(message("l", "body")));
    }
    broker.kill();
    broker = BrokerProcess.start(BrokerOptions.in(scratch));
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender sender = client.sender("once");
      accepted(sender.sendAndWait(message("k", "body")));
      accepted(sender.sendAndWait(message("l", "body")));
      assertThat(condition(sender.sendAndWait(message("k", "forged")))).isNotBlank();
      broker.cli().awaitMessages("once", 1);
    }
  }

  @Test
  void withinATransactionItCountsWithTheCommit() throws IOException {
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender sender = client.sender("once");
      AmqpCoordinator coordinator = client.coordinator();
      Binary undone = coordinator.declare();
      sender.sendAndWait(message("k", "body"), AmqpCoordinator.within(undone, null));
      accepted(coordinator.discharge(undone, true));
      broker.cli().awaitMessages("once", 0);
      // What was rolled back has left no key.
      Binary done = coordinator.declare();
      sender.sendAndWait(message("k", "body"), AmqpCoordinator.within(done, (Outcome) null));
      sender.sendAndWait(message("k", "body"), AmqpCoordinator.within(done, (Outcome) null));
      accepted(coordinator.discharge(done, false));
      broker.cli().awaitMessages("once", 1);
      accepted(sender.sendAndWait(message("k", "body")));
      broker.cli().awaitMessages("once", 1);
    }
  }

  @Test
  void afterItsWindowItIsNew() throws IOException {
    broker.cli().ok("queue", "create", "short", "--idempotency-window", "1s");
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender sender = client.sender("short");
      accepted(sender.sendAndWait(message("k", "body")));
      org.awaitility.Awaitility.await()
          .untilAsserted(
              () -> {
                accepted(sender.sendAndWait(message("k", "body")));
                assertThat(broker.cli().messages("short")).isGreaterThan(1);
              });
    }
  }

  @Test
  void theCommandLineSaysThatItWasThere() {
    broker.cli().ok("msg", "send", "once", "body", "--key", "k");
    assertThat(broker.cli().json("msg", "send", "once", "body", "--key", "k").toString())
        .contains("\"duplicate\":true");
    broker.cli().awaitMessages("once", 1);
  }
}
