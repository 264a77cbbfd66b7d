package dev.holdfast.client.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What inbox and outbox share: transactions, tables, and how databases say things. Stateless. */
final class Sql {
  private static final Logger LOG = LoggerFactory.getLogger(Sql.class);
  private static final Pattern TABLE =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?");

  private Sql() {}

  /** Work in a transaction. */
  @FunctionalInterface
  interface Work<R> {
    R in(Connection transaction) throws Exception;
  }

  /** The name as it is: it becomes part of statements, so it is a plain one. */
  static String table(String name) {
    if (!TABLE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "table " + name + ": letters, digits and _ only, with a schema before a dot if need be");
    }
    return name;
  }

  /** Runs work in a transaction of its own: committed when it returns, rolled back if it throws. */
  static <R> R transaction(DataSource database, Work<R> work) throws Exception {
    try (Connection connection = database.getConnection()) {
      boolean automatic = connection.getAutoCommit();
      connection.setAutoCommit(false);
      R result;
      try {
        result = work.in(connection);
        connection.commit();
      } catch (Throwable failed) {
        rollBack(connection, automatic, failed);
        throw failed;
      }
      connection.setAutoCommit(automatic);
      return result;
    }
  }

  /** As {@link #transaction}, for work that throws nothing but what the database says. */
  static <R> R sqlTransaction(DataSource database, Work<R> work) throws SQLException {
    try {
      return transaction(database, work);
    } catch (SQLException | RuntimeException known) {
      throw known;
    } catch (Exception other) {
      throw new SQLException(other);
    }
  }

  private static void rollBack(Connection connection, boolean automatic, Throwable because) {
    try {
      connection.rollback();
      // A pool gets it back as it was; not before the end of the transaction, which it would
      // commit.
      connection.setAutoCommit(automatic);
    } catch (SQLException gone) {
      because.addSuppressed(gone);
    }
  }

  /** Makes a table unless it can be read; of several that try at once one makes it. */
  static void createIfMissing(DataSource database, String table, String... statements)
      throws SQLException {
    try (Connection connection = database.getConnection()) {
      if (exists(connection, table)) {
        return;
      }
      try (Statement create = connection.createStatement()) {
        for (String statement : statements) {
          create.execute(statement);
        }
        if (!connection.getAutoCommit()) {
          connection.commit();
        }
      } catch (SQLException failed) {
        if (!connection.getAutoCommit()) {
          connection.rollback();
        }
        if (!exists(connection, table)) {
          throw failed;
        }
        LOG.debug("{} was made by someone else meanwhile", table);
      }
    }
  }

  private static boolean exists(Connection connection, String table) throws SQLException {
    try (PreparedStatement probe =
        connection.prepareStatement("SELECT 1 FROM " + table + " WHERE 1 = 0")) {
      probe.executeQuery().close();
      return true;
    } catch (SQLException missing) {
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
      return false;
    }
  }

  /** Whether a statement failed because of a row that is there already. */
  static boolean isDuplicate(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && state.startsWith("23");
  }

  /** As much of a text as fits a column that people look at. */
  static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length);
  }
}
