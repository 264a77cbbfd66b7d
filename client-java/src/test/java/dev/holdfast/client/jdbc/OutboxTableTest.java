package dev.holdfast.client.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The statements for the databases that differ, as far as H2 speaks like them. */
class OutboxTableTest {
  @ParameterizedTest
  @CsvSource({"H2,Regular", "PostgreSQL,PostgreSQL", "MySQL,MySQL", "MariaDB,MariaDB"})
  void theTableWorks(String product, String mode) throws Exception {
    JdbcDataSource database = new JdbcDataSource();
    database.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;MODE=" + mode);
    OutboxTable table = new OutboxTable("box");
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String ddl : table.ddl(product)) {
        statement.execute(ddl);
      }
      assertThat(table.sharesRows(database)).isTrue();
      table.insert(connection, "a", new byte[] {1});
      table.insert(connection, "b", new byte[] {2});
      assertThat(table.take(connection, 10, List.of("a"), true))
          .extracting(OutboxTable.Row::address)
          .containsExactly("b");
      assertThat(table.take(connection, 10, List.of(), false)).hasSize(2);
      assertThat(table.lock(connection, "me")).isTrue();
    }
  }

  /** What comes at once is bounded in bytes, but for a message that is larger by itself. */
  @org.junit.jupiter.api.Test
  void largeMessagesComeAFewAtATime() throws Exception {
    JdbcDataSource database = new JdbcDataSource();
    database.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    OutboxTable table = new OutboxTable("box");
    table.createIfMissing(database);
    try (Connection connection = database.getConnection()) {
      for (int i = 0; i < 4; i++) {
        table.insert(connection, "a", new byte[10 << 20]);
      }
      assertThat(table.take(connection, 10, List.of(), true)).hasSize(2);
    }
  }
}
