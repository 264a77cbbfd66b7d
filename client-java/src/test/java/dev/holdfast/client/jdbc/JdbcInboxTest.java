package dev.holdfast.client.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JdbcInboxTest {
  private static final InboxKey KEY = new InboxKey("orders", "key", "order-1");

  private final JdbcDataSource database = new JdbcDataSource();
  private JdbcInbox inbox;

  @BeforeEach
  void makeTables() throws SQLException {
    database.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000");
    inbox = JdbcInbox.in(database);
    inbox.createTableIfMissing();
    inbox.createTableIfMissing();
    update("CREATE TABLE effects (name VARCHAR(50))");
  }

  @Test
  void anEffectIsAppliedOncePerKeyAndSource() throws Exception {
    assertThat(inbox.once(KEY, effect("a"))).isTrue();
    assertThat(inbox.once(KEY, effect("b"))).isFalse();
    assertThat(inbox.once(new InboxKey("prices::billing", "key", "order-1"), effect("c"))).isTrue();
    assertThat(inbox.once(new InboxKey("orders", "id", "order-1"), effect("d"))).isTrue();
    assertThat(inbox.once(new InboxKey("orders", "key", "ORDER-1"), effect("e"))).isTrue();
    assertThat(inbox.once(new InboxKey("orders", "key", "x".repeat(5000)), effect("f"))).isTrue();
    assertThat(inbox.once(new InboxKey("orders", "key", "x".repeat(5001)), effect("g"))).isTrue();

    assertThat(effects()).containsExactly("a", "c", "d", "e", "f", "g");
  }

  @Test
  void whatFailsLeavesNeitherEffectNorKey() throws Exception {
    assertThatThrownBy(
            () ->
                inbox.once(
                    KEY,
                    connection -> {
                      effect("half").apply(connection);
                      throw new IllegalStateException("no stock");
                    }))
        .hasMessage("no stock");
    assertThat(effects()).isEmpty();

    assertThat(inbox.once(KEY, effect("whole"))).isTrue();
    assertThat(effects()).containsExactly("whole");
  }

  /** A row of the application's that is there already is no word about the message. */
  @Test
  void aDuplicateInTheEffectIsAFailureOfTheEffect() throws Exception {
    update("CREATE UNIQUE INDEX one ON effects (name)");
    update("INSERT INTO effects VALUES ('a')");

    assertThatThrownBy(() -> inbox.once(KEY, effect("a"))).isInstanceOf(SQLException.class);
    assertThat(inbox.once(KEY, effect("b"))).isTrue();
  }

  @Test
  void oneOfTwoAtTheSameTimeWaitsForTheOther() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<Boolean> fails =
          threads.submit(
              () ->
                  inbox.once(
                      KEY,
                      connection -> {
                        effect("first").apply(connection);
                        inside.countDown();
                        go.await();
                        throw new IllegalStateException("it failed after all");
                      }));
      inside.await();
      Future<Boolean> waits = threads.submit(() -> inbox.once(KEY, effect("second")));
      go.countDown();

      assertThatThrownBy(fails::get).hasRootCauseMessage("it failed after all");
      assertThat(waits.get()).isTrue();
      assertThat(effects()).containsExactly("second");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void keysAreForgottenAfterTheirTimeWhileMessagesCome() throws Exception {
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    JdbcInbox kept = inbox.keepFor(Duration.ofDays(2));
    kept.with(at(start)).once(KEY, effect("a"));
    InboxKey other = new InboxKey("orders", "key", "order-2");
    kept.with(at(start.plus(Duration.ofDays(1)))).once(other, effect("b"));

    // Each starts with a cleaning: the one that comes after two days deletes what is older.
    kept.with(at(start.plus(Duration.ofHours(49))))
        .once(new InboxKey("orders", "key", "order-3"), effect("c"));

    assertThat(inbox.once(other, effect("again"))).isFalse();
    assertThat(inbox.once(KEY, effect("again"))).isTrue();
    assertThatThrownBy(() -> inbox.keepFor(Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTransactionOfTheCallersIsTheCallersToEnd() throws Exception {
    try (Connection connection = database.getConnection()) {
      assertThatThrownBy(() -> inbox.remember(connection, KEY)).isInstanceOf(SQLException.class);
      connection.setAutoCommit(false);
      assertThat(inbox.remember(connection, KEY)).isTrue();
      connection.rollback();
      assertThat(inbox.remember(connection, KEY)).isTrue();
      connection.commit();
      assertThat(inbox.remember(connection, KEY)).isFalse();
      connection.rollback();
    }
  }

  @Test
  void namesOfTablesArePlain() throws Exception {
    assertThatThrownBy(() -> JdbcInbox.in(database, "x; DROP TABLE effects"))
        .isInstanceOf(IllegalArgumentException.class);
    update("CREATE SCHEMA shop");
    JdbcInbox own = JdbcInbox.in(database, "shop.seen");
    own.createTableIfMissing();
    assertThat(own.once(KEY, effect("a"))).isTrue();
    assertThat(inbox.once(KEY, effect("b"))).isTrue();
  }

  private static Clock at(Instant time) {
    return Clock.fixed(time, ZoneOffset.UTC);
  }

  private static Inbox.Effect<Connection> effect(String name) {
    return connection -> {
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate("INSERT INTO effects VALUES ('" + name + "')");
      }
    };
  }

  private void update(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> effects() throws SQLException {
    List<String> names = new ArrayList<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT name FROM effects")) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }
}
