package dev.holdfast.client.jdbc;

import dev.holdfast.client.Holdfast;
import dev.holdfast.client.Message;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/**
 * Messages that are sent if, and only if, a transaction of the database commits: {@link #enqueue}
 * writes them into a table in that transaction, a {@link #relay relay} sends what is in the table
 * and deletes it once the broker has it on disk. Thread-safe.
 */
public final class JdbcOutbox {
  private static final int LONGEST_ADDRESS = 255;

  private final DataSource database;
  private final OutboxTable table;

  private JdbcOutbox(DataSource database, OutboxTable table) {
    this.database = database;
    this.table = table;
  }

  /** An outbox in the table {@code holdfast_outbox}. */
  public static JdbcOutbox in(DataSource database) {
    return in(database, "holdfast_outbox");
  }

  /** An outbox in a table of that name, which may have a schema before a dot. */
  public static JdbcOutbox in(DataSource database, String table) {
    return new JdbcOutbox(database, new OutboxTable(table));
  }

  /**
   * Makes the table, and beside it the one whose name ends in {@code _lock}, unless they are there;
   * docs/client-java.md has the statements.
   */
  public void createTableIfMissing() throws SQLException {
    table.createIfMissing(database);
  }

  /**
   * Writes a message for an address into the table: part of the caller's transaction, which the
   * caller commits or rolls back.
   *
   * @throws SQLException also when the connection commits each statement by itself
   * @throws dev.holdfast.client.HoldfastException reason INVALID for a message that AMQP has no
   *     form for
   */
  public void enqueue(Connection transaction, String address, Message message) throws SQLException {
    if (transaction.getAutoCommit()) {
      throw new SQLException("the connection commits each statement: there is no transaction");
    }
    if (address.isBlank() || address.getBytes(StandardCharsets.UTF_8).length > LONGEST_ADDRESS) {
      throw new IllegalArgumentException("an address has 1 to " + LONGEST_ADDRESS + " bytes");
    }
    table.insert(transaction, address, message.toAmqp());
  }

  /** Starts a relay that sends through this client, which stays the caller's to close. */
  public OutboxRelayBuilder relay(Holdfast holdfast) {
    return new OutboxRelayBuilder(database, table, holdfast);
  }

  /** The first messages that the broker will not take. */
  public List<RefusedMessage> refused(int most) throws SQLException {
    return Sql.sqlTransaction(database, connection -> table.refused(connection, most));
  }

  /** Lets a refused message be tried again, in its old place; false when there is none. */
  public boolean retry(RefusedMessage message) throws SQLException {
    return Sql.sqlTransaction(database, connection -> table.takeBack(connection, message.row()));
  }

  /** Deletes a refused message for good; false when there is none. */
  public boolean drop(RefusedMessage message) throws SQLException {
    return Sql.sqlTransaction(
        database, connection -> table.deleteRefused(connection, message.row()));
  }
}
