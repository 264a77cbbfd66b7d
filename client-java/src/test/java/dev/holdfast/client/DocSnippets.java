package dev.holdfast.client;

import dev.holdfast.client.jdbc.IdempotentReceiver;
import dev.holdfast.client.jdbc.JdbcInbox;
import dev.holdfast.client.jdbc.JdbcOutbox;
import dev.holdfast.client.jdbc.MessageRejected;
import dev.holdfast.client.jdbc.OutboxRelay;
import dev.holdfast.client.jdbc.RefusedMessage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** The code in docs/client-java.md, compiled; {@link DocumentationTest} runs and compares it. */
final class DocSnippets {
  private DocSnippets() {}

  static void first(String uri) {
    try (Holdfast holdfast = Holdfast.connect(uri)) {
      Producer orders = holdfast.producer("orders");
      orders.send(Message.text("two coffees"));

      Consumer incoming = holdfast.consumer("orders");
      incoming
          .receive(Duration.ofSeconds(5))
          .ifPresent(
              delivery -> {
                System.out.println(delivery.message().bodyAsText());
                delivery.accept();
              });
    }
  }

  static void async(Producer orders) {
    orders
        .sendAsync(Message.builder().id("order-17").bytes(new byte[] {1, 2}).build())
        .whenComplete(
            (receipt, failure) -> {
              if (failure instanceof HoldfastException known && known.isTransient()) {
                System.err.println("later: " + known.getMessage());
              }
            });
  }

  static Consumer handler(Holdfast holdfast) {
    return holdfast
        .consumerBuilder("orders")
        .prefetch(20)
        .concurrency(4)
        .handler(
            delivery -> {
              if (delivery.message().property("customer").isEmpty()) {
                delivery.reject("no customer");
              } else {
                delivery.accept();
              }
            })
        .onFailure(failure -> System.err.println(failure.reason()))
        .open();
  }

  static HoldfastBuilder tls(char[] password) {
    return Holdfast.builder("amqps://broker.example:5671")
        .trust(Path.of("/etc/holdfast/ca.pem"))
        .user("alice")
        .password(password)
        .waitForBroker(Duration.ofMinutes(1))
        .onStateChange(change -> System.err.println(change.state()));
  }

  static Consumer once(Holdfast holdfast, DataSource database) throws SQLException {
    JdbcInbox inbox = JdbcInbox.in(database).keepFor(Duration.ofDays(30));
    inbox.createTableIfMissing();
    return holdfast.consumer(
        "orders",
        IdempotentReceiver.of(
            inbox,
            (connection, message) -> {
              if (message.bodyAsText().isBlank()) {
                throw new MessageRejected("nothing ordered");
              }
              try (PreparedStatement insert =
                  connection.prepareStatement("INSERT INTO shipments (content) VALUES (?)")) {
                insert.setString(1, message.bodyAsText());
                insert.executeUpdate();
              }
            }));
  }

  static void enqueue(DataSource database, JdbcOutbox outbox) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO orders (content) VALUES (?)")) {
        insert.setString(1, "two coffees");
        insert.executeUpdate();
      }
      outbox.enqueue(connection, "orders", Message.text("two coffees"));
      connection.commit();
    }
  }

  static void relay(Holdfast holdfast, DataSource database) throws SQLException {
    JdbcOutbox outbox = JdbcOutbox.in(database);
    outbox.createTableIfMissing();
    try (OutboxRelay relay = outbox.relay(holdfast).inOrder().start()) {
      enqueue(database, outbox);
      relay.wake();
    }
  }

  static void refused(JdbcOutbox outbox) throws SQLException {
    for (RefusedMessage message : outbox.refused(100)) {
      System.err.println(message.address() + ": " + message.reason());
      outbox.retry(message); // or drop it
    }
  }
}
