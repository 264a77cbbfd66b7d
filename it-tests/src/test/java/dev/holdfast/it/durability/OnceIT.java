package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.client.Holdfast;
import dev.holdfast.client.Message;
import dev.holdfast.client.Producer;
import dev.holdfast.client.jdbc.IdempotentReceiver;
import dev.holdfast.client.jdbc.Inbox;
import dev.holdfast.client.jdbc.JdbcInbox;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A consumer with an inbox: one effect per message when the broker dies between commit and word.
 */
class OnceIT {
  private static final int MESSAGES = 100;

  private final Scratch scratch = Scratch.create();
  private final JdbcDataSource database = new JdbcDataSource();
  private final AtomicInteger deliveries = new AtomicInteger();

  @AfterEach
  void clean() {
    scratch.close();
  }

  @Test
  void theBrokerDiesAfterTheCommitAndTheMessageComesAgain() throws Exception {
    database.setURL("jdbc:h2:" + scratch.path("effects") + ";LOCK_TIMEOUT=20000");
    JdbcInbox inbox = JdbcInbox.in(database);
    inbox.createTableIfMissing();
    try (Connection effects = database.getConnection()) {
      effects.createStatement().execute("CREATE TABLE effects (name VARCHAR(50))");
      BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch));
      broker.api().createQueue("orders");
      try (Holdfast holdfast = Holdfast.connect("unix://" + broker.ready().socket())) {
        Producer orders = holdfast.producer("orders");
        for (int i = 0; i < MESSAGES; i++) {
          orders.send(Message.text("order-" + i));
        }
        Inbox<Connection> deadly = killing(broker, inbox);
        holdfast
            .consumerBuilder("orders")
            .prefetch(10)
            .handler(IdempotentReceiver.of(deadly, OnceIT::write))
            .open();
        broker.awaitEnd();
        try (BrokerProcess next = BrokerProcess.start(BrokerOptions.in(scratch))) {
          await("all of them done")
              .atMost(Duration.ofSeconds(60))
              .until(() -> next.cli().messages("orders") == 0);
        }
      } finally {
        broker.kill();
      }
      assertThat(deliveries.get()).as("one came again at least").isGreaterThan(MESSAGES);
      assertThat(count(effects, "SELECT COUNT(*) FROM effects")).isEqualTo(MESSAGES);
      assertThat(count(effects, "SELECT COUNT(DISTINCT name) FROM effects")).isEqualTo(MESSAGES);
    }
  }

  /** The inbox, and the end of the broker once it has committed the thirtieth effect. */
  private Inbox<Connection> killing(BrokerProcess broker, JdbcInbox inbox) {
    return (key, effect) -> {
      boolean applied = inbox.once(key, effect);
      if (deliveries.incrementAndGet() == MESSAGES / 3) {
        broker.kill();
      }
      return applied;
    };
  }

  private static void write(Connection transaction, Message message) throws SQLException {
    try (PreparedStatement insert =
        transaction.prepareStatement("INSERT INTO effects VALUES (?)")) {
      insert.setString(1, message.bodyAsText());
      insert.executeUpdate();
    }
  }

  private static int count(Connection connection, String sql) throws SQLException {
    try (var rows = connection.createStatement().executeQuery(sql)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
