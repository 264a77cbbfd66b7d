package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Settings of queues, chosen on the command line and felt by a JMS client. */
class QueueSettingsIT {
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;
  private static Cli cli;
  private static TestUser user;

  @BeforeAll
  static void start() {
    broker = BrokerProcess.start(BrokerOptions.in(SCRATCH));
    cli = broker.cli();
    user = TestUser.generated(cli, "settings");
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  private static Connection connect() throws Exception {
    Connection connection =
        new JmsConnectionFactory(
                user.name(),
                user.password(),
                "amqp://127.0.0.1:" + broker.ready().tcp().getPort() + "?jms.sendTimeout=20000")
            .createConnection();
    connection.start();
    return connection;
  }

  private static List<String> bodies(String queue) {
    return cli.json("msg", "peek", queue, "--limit", "100")
        .get("messages")
        .findValuesAsText("text");
  }

  @Test
  void aFullQueueRefusesThenTakesAgainOnceItIsEditedOrRead() throws Exception {
    cli.ok("queue", "create", "full.reject", "--max-messages", "2");
    try (Connection connection = connect()) {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      MessageProducer producer = session.createProducer(session.createQueue("full.reject"));
      producer.send(session.createTextMessage("a"));
      producer.send(session.createTextMessage("b"));
      assertThatThrownBy(() -> producer.send(session.createTextMessage("c")))
          .isInstanceOf(ResourceAllocationException.class);
      cli.ok("queue", "edit", "full.reject", "--max-messages", "3");
      producer.send(session.createTextMessage("d"));
      assertThat(bodies("full.reject")).containsExactly("a", "b", "d");
    }
  }

  @Test
  void aFullQueueBlocksItsSenderUntilThereIsRoom() throws Exception {
    cli.ok("queue", "create", "full.block", "--max-messages", "1", "--overflow", "block");
    try (Connection connection = connect()) {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      MessageProducer producer = session.createProducer(session.createQueue("full.block"));
      producer.send(session.createTextMessage("a"));
      CompletableFuture<Void> second =
          CompletableFuture.runAsync(
              () -> {
                try {
                  producer.send(session.createTextMessage("b"));
                } catch (JMSException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(cli.run("msg", "send", "full.block", "c").exitCode()).isEqualTo(1);
      assertThat(second).isNotDone();
      assertThat(cli.ok("msg", "recv", "full.block", "--body-only")).contains("a");
      second.get(20, TimeUnit.SECONDS);
      assertThat(bodies("full.block")).containsExactly("b");
    }
  }

  @Test
  void theOldestMakeRoomAndSayWhyTheyDied() {
    cli.ok(
        "queue",
        "create",
        "full.oldest",
        "--max-messages",
        "2",
        "--overflow",
        "dead-letter-oldest");
    for (String text : List.of("a", "b", "c")) {
      cli.ok("msg", "send", "full.oldest", text);
    }
    await().untilAsserted(() -> assertThat(bodies("full.oldest")).containsExactly("b", "c"));
    assertThat(cli.ok("dlq", "summary", "full.oldest")).contains("overflow");
  }

  @Test
  void whatAConsumerKeepsTooLongGoesToAnotherOneAndItsLinkStays() throws Exception {
    cli.ok("queue", "create", "locked", "--lock-timeout", "500ms");
    try (Connection slow = connect();
        Connection other = connect()) {
      Session session = slow.createSession(false, Session.CLIENT_ACKNOWLEDGE);
      MessageConsumer holder = session.createConsumer(session.createQueue("locked"));
      MessageProducer producer = session.createProducer(session.createQueue("locked"));
      producer.send(session.createTextMessage("a"));
      TextMessage held = (TextMessage) holder.receive(20_000);
      assertThat(held.getText()).isEqualTo("a");
      Session taker = other.createSession(false, Session.AUTO_ACKNOWLEDGE);
      MessageConsumer consumer = taker.createConsumer(taker.createQueue("locked"));
      List<String> got = new ArrayList<>();
      // It may go back to the one that had it first; that one keeps it too long again.
      await()
          .until(
              () -> {
                TextMessage message = (TextMessage) consumer.receive(1_000);
                if (message != null) {
                  got.add(message.getText());
                }
                return !got.isEmpty();
              });
      assertThat(got).containsExactly("a");
      await().until(() -> cli.queue("locked").get("messages").asLong() == 0);
      assertThat(cli.queue("locked").get("consumers").asLong()).isEqualTo(2);
    }
  }

  @Test
  void aQueueThatNobodyUsesGoes() {
    cli.ok("queue", "create", "idle", "--auto-delete", "1s");
    await().until(() -> cli.run("queue", "info", "idle").exitCode() == 3);
  }
}
