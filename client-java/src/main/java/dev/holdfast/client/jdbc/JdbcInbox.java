package dev.holdfast.client.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An inbox in a table of the database that the effects go to. The key's row is inserted first, in
 * the transaction of the effect: a second delivery of the message runs into the primary key, one
 * that comes while the first is still at work waits for its end. Thread-safe.
 *
 * <p>Keys are forgotten after {@link #keepFor a time}, seven days unless set: longer than any
 * message may take to come again, by a resend, a retry or out of the dead-letter queue. While
 * messages come, old keys are deleted once an hour.
 */
public final class JdbcInbox implements Inbox<Connection> {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcInbox.class);
  private static final Duration CLEANING = Duration.ofHours(1);
  private static final int SHOWN = 255;

  private final DataSource database;
  private final String table;
  private final Duration keep;
  private final Clock clock;
  private final AtomicLong cleanAt;

  private JdbcInbox(DataSource database, String table, Duration keep, Clock clock) {
    this.database = database;
    this.table = table;
    this.keep = keep;
    this.clock = clock;
    this.cleanAt = new AtomicLong(clock.millis());
  }

  /** An inbox in the table {@code holdfast_inbox}. */
  public static JdbcInbox in(DataSource database) {
    return in(database, "holdfast_inbox");
  }

  /** An inbox in a table of that name, which may have a schema before a dot. */
  public static JdbcInbox in(DataSource database, String table) {
    return new JdbcInbox(database, Sql.table(table), Duration.ofDays(7), Clock.systemUTC());
  }

  /** The same that keeps keys for a time of the application's choice, at least a minute. */
  public JdbcInbox keepFor(Duration time) {
    if (time.compareTo(Duration.ofMinutes(1)) < 0) {
      throw new IllegalArgumentException("keepFor " + time + ": must be at least a minute");
    }
    return new JdbcInbox(database, table, time, clock);
  }

  JdbcInbox with(Clock other) {
    return new JdbcInbox(database, table, keep, other);
  }

  /** Makes the table unless it is there; docs/client-java.md has the statements. */
  public void createTableIfMissing() throws SQLException {
    Sql.createIfMissing(database, table, ddl());
  }

  String[] ddl() {
    String index = table.replace('.', '_') + "_seen";
    return new String[] {
      "CREATE TABLE "
          + table
          + " (digest CHAR(64) NOT NULL PRIMARY KEY, source VARCHAR(255) NOT NULL,"
          + " message_key VARCHAR(255) NOT NULL, seen_at BIGINT NOT NULL)",
      "CREATE INDEX " + index + " ON " + table + " (seen_at)"
    };
  }

  @Override
  public boolean once(InboxKey key, Effect<Connection> effect) throws Exception {
    boolean applied;
    try {
      applied =
          Sql.transaction(
              database,
              connection -> {
                insert(connection, key);
                effect.apply(connection);
                return true;
              });
    } catch (Known already) {
      applied = false;
    }
    clean();
    return applied;
  }

  /**
   * Remembers a key in a transaction of the caller's, for applications whose transactions are
   * managed by something else. The caller writes the effect in the same transaction; if the key was
   * known it must roll back, since some databases let nothing else be done after that.
   *
   * @return false when the key was known
   */
  public boolean remember(Connection transaction, InboxKey key) throws SQLException {
    if (transaction.getAutoCommit()) {
      throw new SQLException("the connection commits each statement: there is no transaction");
    }
    try {
      insert(transaction, key);
      return true;
    } catch (Known already) {
      return false;
    }
  }

  private void insert(Connection connection, InboxKey key) throws SQLException, Known {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO "
                + table
                + " (digest, source, message_key, seen_at) VALUES (?, ?, ?, ?)")) {
      insert.setString(1, key.digest());
      insert.setString(2, Sql.cut(key.source(), SHOWN));
      insert.setString(3, Sql.cut(key.kind() + ":" + key.value(), SHOWN));
      insert.setLong(4, clock.millis());
      insert.executeUpdate();
    } catch (SQLException failed) {
      if (Sql.isDuplicate(failed)) {
        throw new Known();
      }
      throw failed;
    }
  }

  /** One thread an hour; the message is done whether this works or not. */
  private void clean() {
    long due = cleanAt.get();
    long now = clock.millis();
    if (now >= due && cleanAt.compareAndSet(due, now + CLEANING.toMillis())) {
      try {
        forgetOld();
      } catch (SQLException | RuntimeException failed) {
        LOG.warn("{}: old keys could not be deleted: {}", table, failed.getMessage());
      }
    }
  }

  /**
   * Deletes the keys that are older than {@link #keepFor} says. Needs no calling while messages
   * come.
   *
   * @return how many
   */
  public int forgetOld() throws SQLException {
    return Sql.sqlTransaction(
        database,
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement("DELETE FROM " + table + " WHERE seen_at < ?")) {
            delete.setLong(1, clock.millis() - keep.toMillis());
            return delete.executeUpdate();
          }
        });
  }

  /** The key is there. Leaves the transaction by way of its rollback. */
  private static final class Known extends Exception {
    private static final long serialVersionUID = 1;

    Known() {
      super("known", null, false, false);
    }
  }
}
