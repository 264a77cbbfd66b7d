package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.client.jdbc.JdbcInbox;
import dev.holdfast.client.jdbc.JdbcOutbox;
import dev.holdfast.client.jdbc.OutboxRelay;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class DocumentationTest {
  @Test
  void everyBlockOfThePageIsCompiledCode() throws Exception {
    String code =
        bare(Files.readString(Path.of("src/test/java/dev/holdfast/client/DocSnippets.java")));

    List<String> blocks = blocks("java").stream().map(DocumentationTest::bare).toList();

    assertThat(blocks).hasSizeGreaterThanOrEqualTo(4);
    assertThat(blocks).allSatisfy(block -> assertThat(code).contains(block));
  }

  @Test
  void thePageNamesEveryReason() throws Exception {
    String page = Files.readString(Path.of("../docs/client-java.md"));
    assertThat(HoldfastException.Reason.values())
        .allSatisfy(reason -> assertThat(page).contains("`" + reason + "`"));
  }

  @Test
  void theSnippetsWork() throws Exception {
    try (ScriptedPeer peer = new ScriptedPeer()) {
      Thread first = new Thread(() -> DocSnippets.first(peer.uri()));
      first.start();
      Awaitility.await().until(() -> !peer.toConsumers.isEmpty());
      peer.deliver(peer.received.get(0));
      first.join(20_000);
      assertThat(peer.outcomes.get(0)).isInstanceOf(Accepted.class);
      try (Holdfast holdfast = Holdfast.connect(peer.uri())) {
        DocSnippets.async(holdfast.producer("orders"));
        Awaitility.await().until(() -> peer.received.size() == 2);
        DocSnippets.handler(holdfast);
        peer.deliver(ReceiveTest.text("from nobody"));
        Awaitility.await().until(() -> peer.outcomes.size() == 2);
        assertThat(peer.outcomes.get(1)).isInstanceOf(Rejected.class);
      }
    }
    assertThat(DocSnippets.tls(new char[0])).isNotNull();
  }

  @Test
  void theInboxOfThePageWorks() throws Exception {
    JdbcDataSource database = database("CREATE TABLE shipments (content VARCHAR(100))");
    try (ScriptedPeer peer = new ScriptedPeer();
        Holdfast holdfast = Holdfast.connect(peer.uri())) {
      DocSnippets.once(holdfast, database);
      for (String text : List.of("two coffees", "two coffees", " ")) {
        org.apache.qpid.proton.message.Message message = ReceiveTest.text(text);
        message.setMessageId("of " + text);
        peer.deliver(message);
      }
      Awaitility.await().until(() -> peer.outcomes.size() == 3);
      assertThat(peer.outcomes.get(1)).isInstanceOf(Accepted.class);
      assertThat(peer.outcomes.get(2)).isInstanceOf(Rejected.class);
    }
    assertThat(query(database, "SELECT content FROM shipments")).containsExactly("two coffees");
  }

  @Test
  void theOutboxOfThePageWorks() throws Exception {
    JdbcDataSource database = database("CREATE TABLE orders (content VARCHAR(100))");
    try (ScriptedPeer peer = new ScriptedPeer();
        Holdfast holdfast = Holdfast.connect(peer.uri())) {
      Rejected rejected = new Rejected();
      peer.answer = message -> rejected;
      DocSnippets.relay(holdfast, database);
      // The snippet closes its relay at once; whether that had sent it is left open.
      JdbcOutbox outbox = JdbcOutbox.in(database);
      try (OutboxRelay relay = outbox.relay(holdfast).start()) {
        Awaitility.await().until(() -> outbox.refused(1).size() == 1);
      }
      DocSnippets.refused(outbox);
      assertThat(outbox.refused(1)).isEmpty();
    }
    assertThat(query(database, "SELECT content FROM orders")).containsExactly("two coffees");
  }

  @Test
  void theTablesOfThePageAreTheOnesThatAreMade() throws Exception {
    JdbcDataSource made = database();
    JdbcInbox.in(made).createTableIfMissing();
    JdbcOutbox.in(made).createTableIfMissing();
    JdbcDataSource printed = database();
    for (String block : blocks("sql")) {
      for (String statement : block.split(";")) {
        if (!statement.isBlank()) {
          update(printed, statement);
        }
      }
    }
    // The schema as the database says it, without what it makes up names for.
    String script = "SCRIPT NODATA";
    assertThat(schema(query(printed, script))).isEqualTo(schema(query(made, script)));
  }

  private static List<String> schema(List<String> script) {
    return script.stream()
        .filter(line -> !line.contains("CREATE USER"))
        .map(line -> line.replaceAll("(CONSTRAINT|SYSTEM_SEQUENCE)_[0-9A-F_-]+", "$1"))
        .sorted()
        .toList();
  }

  private static List<String> blocks(String language) throws Exception {
    return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(Path.of("../docs/client-java.md")))
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  private static JdbcDataSource database(String... statements) throws Exception {
    JdbcDataSource database = new JdbcDataSource();
    database.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    for (String statement : statements) {
      update(database, statement);
    }
    return database;
  }

  private static void update(JdbcDataSource database, String sql) throws Exception {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> query(JdbcDataSource database, String sql) throws Exception {
    List<String> column = new ArrayList<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        column.add(rows.getString(1));
      }
    }
    return column;
  }

  private static String bare(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
  }
}
