package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.client.Consumer;
import dev.holdfast.client.Delivery;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.Message;
import dev.holdfast.client.jdbc.JdbcOutbox;
import dev.holdfast.client.jdbc.OutboxRelay;
import dev.holdfast.client.jdbc.RefusedMessage;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.MutingProxy;
import dev.holdfast.it.harness.Scratch;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a transaction wrote into an outbox is in the queue once, whoever dies in between. */
class OutboxIT {
  private static final int MESSAGES = 4_000;
  private static final Duration LONG = Duration.ofSeconds(90);

  private static final Duration SOON = Duration.ofMillis(2);

  private final Scratch scratch = Scratch.create();
  private final JdbcDataSource database = new JdbcDataSource();
  private JdbcOutbox outbox;

  @BeforeEach
  void makeTable() throws SQLException {
    database.setURL("jdbc:h2:" + scratch.path("outbox") + ";LOCK_TIMEOUT=20000;DB_CLOSE_DELAY=-1");
    outbox = JdbcOutbox.in(database);
    outbox.createTableIfMissing();
  }

  @AfterEach
  void clean() throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.createStatement().execute("SHUTDOWN");
    }
    scratch.close();
  }

  @Test
  void brokerAndRelayDieInTheMiddleAndEachMessageIsThereOnceInOrder() throws Exception {
    enqueue("orders", MESSAGES);
    int[] milestones = {MESSAGES / 8, MESSAGES / 4};
    for (int i = 0; i < milestones.length; i++) {
      int sent = milestones[i];
      try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
        if (i == 0) {
          broker.api().createQueue("orders");
        }
        try (Holdfast holdfast = connect(broker);
            OutboxRelay relay = relay(holdfast)) {
          await().atMost(LONG).pollInterval(SOON).until(() -> rows() <= MESSAGES - sent);
          broker.kill();
          assertThat(relay.isRunning()).isTrue();
          if (i == 0) {
            // The same relay goes on with the next broker; the second one is closed without.
            try (BrokerProcess next = BrokerProcess.start(BrokerOptions.in(scratch))) {
              int before = rows();
              await().atMost(LONG).pollInterval(SOON).until(() -> rows() < before);
              next.kill();
            }
          }
        }
        assertThat(rows()).as("some are left").isPositive();
      }
    }
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch));
        Holdfast holdfast = connect(broker)) {
      try (OutboxRelay relay = relay(holdfast)) {
        await().atMost(LONG).until(() -> rows() == 0);
      }
      assertThat(drain(holdfast, "orders", MESSAGES)).isEqualTo(texts(MESSAGES));
      broker.cli().awaitMessages("orders", 0);
    }
  }

  /** The case that keys are for: stored, the answer lost, the relay gone, another one begins. */
  @Test
  void whatWasStoredWithoutAnAnswerIsStoredOnce() throws Exception {
    enqueue("orders", 50);
    Path socket = scratch.data().resolveSibling("proxy.sock");
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch));
        MutingProxy proxy = MutingProxy.start(socket, broker.ready().socket())) {
      broker.api().createQueue("orders");
      try (Holdfast holdfast =
              Holdfast.builder("unix://" + socket)
                  .closeTimeout(Duration.ofSeconds(1))
                  .checkServerUid(false)
                  .connect();
          OutboxRelay relay = relay(holdfast)) {
        await().atMost(LONG).until(() -> rows() == 0);
        proxy.mute();
        enqueue("orders", 50);
        relay.wake();
        await().atMost(LONG).until(() -> broker.cli().messages("orders") == 55);
      }
      assertThat(rows()).isEqualTo(50);
      try (Holdfast holdfast = connect(broker);
          OutboxRelay relay = relay(holdfast)) {
        await().atMost(LONG).until(() -> rows() == 0);
      }
      broker.cli().awaitMessages("orders", 100);
    }
  }

  @Test
  void whatTheBrokerWillNotTakeIsSetAside() throws Exception {
    enqueue("small", 3);
    enqueue("small", Message.text("x".repeat(5_000)));
    enqueue("small", Message.builder().text("0").idempotencyKey("one").build());
    enqueue("small", Message.builder().text("another").idempotencyKey("one").build());
    enqueue("small", 3);
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch));
        Holdfast holdfast = connect(broker);
        OutboxRelay relay = relay(holdfast)) {
      broker.cli().ok("queue", "create", "small", "--max-message-bytes", "2000");
      await().atMost(LONG).until(() -> rows() == 2 && outbox.refused(9).size() == 2);
      assertThat(outbox.refused(9))
          .extracting(RefusedMessage::reason)
          .satisfiesExactly(
              first -> assertThat(first).startsWith("MESSAGE_TOO_LARGE"),
              second -> assertThat(second).startsWith("REJECTED").contains("precondition-failed"));
      broker.cli().awaitMessages("small", 7);
    }
  }

  private OutboxRelay relay(Holdfast holdfast) throws SQLException {
    return outbox.relay(holdfast).inOrder().batch(5).pollInterval(Duration.ofMillis(20)).start();
  }

  private static Holdfast connect(BrokerProcess broker) {
    return Holdfast.builder("unix://" + broker.ready().socket())
        .closeTimeout(Duration.ofSeconds(1))
        .connect();
  }

  private static List<String> drain(Holdfast holdfast, String queue, int messages) {
    List<String> bodies = new ArrayList<>();
    try (Consumer consumer = holdfast.consumer(queue)) {
      while (bodies.size() < messages) {
        Delivery delivery = consumer.receive(LONG).orElseThrow();
        bodies.add(delivery.message().bodyAsText());
        delivery.accept();
      }
    }
    return bodies;
  }

  private static List<String> texts(int number) {
    return IntStream.range(0, number).mapToObj(Integer::toString).toList();
  }

  private void enqueue(String address, int number) throws SQLException {
    enqueue(address, texts(number).stream().map(Message::text).toArray(Message[]::new));
  }

  private void enqueue(String address, Message... messages) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      for (Message message : messages) {
        outbox.enqueue(connection, address, message);
      }
      connection.commit();
    }
  }

  private int rows() throws SQLException {
    try (Connection connection = database.getConnection();
        var rows =
            connection.createStatement().executeQuery("SELECT COUNT(*) FROM holdfast_outbox")) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
