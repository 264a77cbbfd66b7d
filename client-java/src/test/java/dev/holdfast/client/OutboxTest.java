package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.client.jdbc.JdbcOutbox;
import dev.holdfast.client.jdbc.OutboxRelay;
import dev.holdfast.client.jdbc.RefusedMessage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final Duration OFTEN = Duration.ofMillis(20);

  private final JdbcDataSource database = new JdbcDataSource();
  private JdbcOutbox outbox;
  private ScriptedPeer peer;
  private Holdfast holdfast;

  @BeforeEach
  void connect() throws Exception {
    database.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000");
    outbox = JdbcOutbox.in(database);
    outbox.createTableIfMissing();
    outbox.createTableIfMissing();
    peer = new ScriptedPeer();
    holdfast = Holdfast.builder(peer.uri()).closeTimeout(Duration.ofSeconds(1)).connect();
  }

  @AfterEach
  void close() throws Exception {
    holdfast.close();
    peer.close();
  }

  @Test
  void whatIsCommittedIsSentInOrderAndWhatIsRolledBackIsNot() throws Exception {
    enqueue("orders", "1", "2");
    try (Connection connection = database.getConnection()) {
      assertThatThrownBy(() -> outbox.enqueue(connection, "orders", Message.text("x")))
          .isInstanceOf(SQLException.class);
      connection.setAutoCommit(false);
      outbox.enqueue(connection, "orders", Message.text("never"));
      connection.rollback();
    }
    enqueue("orders", "3");
    try (OutboxRelay relay = outbox.relay(holdfast).pollInterval(Duration.ofHours(1)).start()) {
      await().until(() -> rows() == 0);
      enqueue("orders", "4");
      relay.wake();
      await().until(() -> rows() == 0);
    }
    assertThat(bodies()).containsExactly("1", "2", "3", "4");
    assertThat(keys()).doesNotHaveDuplicates().allSatisfy(key -> assertThat(key).hasSize(36));
  }

  @Test
  void aMessageIsSentAsItWasMade() throws Exception {
    Message message =
        Message.builder()
            .id("17")
            .bytes(new byte[] {1, 2})
            .idempotencyKey("order-17")
            .ttl(Duration.ofMinutes(5))
            .priority(7)
            .durable(false)
            .groupId("g")
            .contentType("x/y")
            .property("n", 17)
            .annotation("x-opt-a", true)
            .build();
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      outbox.enqueue(connection, "orders", message);
      connection.commit();
    }
    try (OutboxRelay relay = outbox.relay(holdfast).start()) {
      await().until(() -> rows() == 0);
    }
    assertThat(MessageCodec.decode(peer.received.get(0)))
        .usingRecursiveComparison()
        .isEqualTo(message);
    assertThatThrownBy(() -> Message.fromAmqp(new byte[] {1, 2, 3}))
        .isInstanceOf(HoldfastException.class);
  }

  @Test
  void aRelayThatDiesBetweenSendAndDeleteSendsAgainUnderTheSameKey() throws Exception {
    enqueue("orders", "1", "2");
    AtomicInteger commits = new AtomicInteger();
    JdbcOutbox broken = JdbcOutbox.in(failingCommits(commits, 1));
    try (OutboxRelay relay = broken.relay(holdfast).pollInterval(OFTEN).start()) {
      await().until(() -> rows() == 0);
    }
    assertThat(bodies()).containsExactly("1", "2", "1", "2");
    assertThat(keys().subList(0, 2)).isEqualTo(keys().subList(2, 4));
  }

  @Test
  void whatIsRefusedIsSetAsideWithTheReasonAndTheRestGoesOn() throws Exception {
    Rejected rejected = new Rejected();
    rejected.setError(ScriptedPeer.error("amqp:precondition-failed", "another body"));
    peer.answer = message -> body(message).equals("bad") ? rejected : Accepted.getInstance();
    enqueue("orders", "1", "bad", "2", "bad");
    try (OutboxRelay relay = outbox.relay(holdfast).pollInterval(OFTEN).start()) {
      await().until(() -> rows() == 2 && outbox.refused(10).size() == 2);
      List<RefusedMessage> refused = outbox.refused(10);
      assertThat(refused.get(0).address()).isEqualTo("orders");
      assertThat(refused.get(0).reason()).startsWith("REJECTED: ").contains("another body");
      enqueue("orders", "3");
      await().until(() -> rows() == 2);

      peer.answer = message -> Accepted.getInstance();
      assertThat(outbox.retry(refused.get(0))).isTrue();
      assertThat(outbox.drop(refused.get(1))).isTrue();
      assertThat(outbox.drop(refused.get(1))).isFalse();
      await().until(() -> rows() == 0);
    }
    assertThat(bodies().stream().filter(body -> !body.equals("bad")))
        .containsExactly("1", "2", "3");
  }

  /** A link that the broker closes fails all that is under way, the good messages too. */
  @Test
  void whatFailsWithALinkIsNotRefused() throws Exception {
    peer.answer = message -> null;
    enqueue("orders", "1", "2");
    try (OutboxRelay relay = outbox.relay(holdfast).pollInterval(OFTEN).start()) {
      await().until(() -> peer.received.size() == 2);
      peer.answer = message -> Accepted.getInstance();
      peer.onLoop(
          () ->
              peer.fromProducers
                  .get(0)
                  .setCondition(ScriptedPeer.error("amqp:link:stolen", "stolen"))
                  .close());
      await().until(() -> rows() == 0);
    }
    assertThat(outbox.refused(10)).isEmpty();
    assertThat(keys().subList(2, 4)).isEqualTo(keys().subList(0, 2));
  }

  @Test
  void anAddressThatIsNotThereWaitsAndDoesNotBlockTheOthers() throws Exception {
    peer.refused.put("missing", ScriptedPeer.error("amqp:not-found", "no such node"));
    enqueue("missing", "m1", "m2", "m3");
    enqueue("orders", "1", "2");
    try (OutboxRelay relay = outbox.relay(holdfast).batch(2).pollInterval(OFTEN).start()) {
      await().until(() -> rows() == 3);
      assertThat(outbox.refused(10)).isEmpty();
      peer.refused.clear();
      await().until(() -> rows() == 0);
    }
    assertThat(bodies()).containsExactly("1", "2", "m1", "m2", "m3");
  }

  @Test
  void twoRelaysShareTheRows() throws Exception {
    peer.answer = message -> null;
    // Nothing is sent again because an answer is late.
    Duration patience = Duration.ofMinutes(5);
    enqueue("orders", texts(1, 40));
    try (Holdfast second = Holdfast.connect(peer.uri());
        OutboxRelay a =
            outbox.relay(holdfast).sendTimeout(patience).batch(20).pollInterval(OFTEN).start();
        OutboxRelay b =
            outbox.relay(second).sendTimeout(patience).batch(20).pollInterval(OFTEN).start()) {
      // Neither has an answer, so neither has committed: each has twenty rows of its own.
      await().until(() -> peer.received.size() == 40);
      assertThat(bodies()).containsExactlyInAnyOrder(texts(1, 40));
      answerAll();
      await().until(() -> rows() == 0);
    }
    assertThat(peer.received).hasSize(40);
  }

  @Test
  void inOrderOneRelayWorksAtATime() throws Exception {
    peer.answer = message -> null;
    // Nothing is sent again because an answer is late.
    Duration patience = Duration.ofMinutes(5);
    enqueue("orders", texts(1, 40));
    try (Holdfast second = Holdfast.connect(peer.uri())) {
      OutboxRelay a =
          outbox
              .relay(holdfast)
              .sendTimeout(patience)
              .inOrder()
              .batch(20)
              .pollInterval(OFTEN)
              .start();
      await().until(() -> peer.received.size() == 20);
      OutboxRelay b =
          outbox
              .relay(second)
              .sendTimeout(patience)
              .inOrder()
              .batch(20)
              .pollInterval(OFTEN)
              .start();
      try {
        peer.answer = message -> Accepted.getInstance();
        answerAll();
        await().until(() -> rows() == 0);
        a.close();
        enqueue("orders", "41");
        await().until(() -> rows() == 0);
      } finally {
        a.close();
        b.close();
      }
    }
    assertThat(bodies()).containsExactly(texts(1, 41));
  }

  @Test
  void withoutAnAnswerItClosesAllTheSameAndTheMessagesStay() throws Exception {
    peer.answer = message -> null;
    enqueue("orders", "1");
    OutboxRelay relay = outbox.relay(holdfast).sendTimeout(Duration.ofMinutes(10)).start();
    await().until(() -> peer.received.size() == 1);
    relay.close();
    assertThat(relay.isRunning()).isFalse();
    assertThat(rows()).isEqualTo(1);
  }

  @Test
  void itEndsWithItsClient() throws Exception {
    OutboxRelay relay = outbox.relay(holdfast).pollInterval(OFTEN).start();
    assertThat(relay.isRunning()).isTrue();
    holdfast.close();
    await().until(() -> !relay.isRunning());
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(60));
  }

  private void answerAll() throws Exception {
    peer.onLoop(
        () -> peer.unanswered.forEach(one -> one.disposition(Accepted.getInstance(), true)));
  }

  private static String[] texts(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toArray(String[]::new);
  }

  private void enqueue(String address, String... texts) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      for (String text : texts) {
        outbox.enqueue(connection, address, Message.text(text));
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

  private List<String> bodies() {
    return peer.received.stream().map(OutboxTest::body).toList();
  }

  private static String body(org.apache.qpid.proton.message.Message message) {
    return String.valueOf(((AmqpValue) message.getBody()).getValue());
  }

  private List<String> keys() {
    return peer.received.stream()
        .map(
            message -> {
              Map<Symbol, Object> annotations = message.getMessageAnnotations().getValue();
              return String.valueOf(annotations.get(Symbol.valueOf("x-opt-idempotency-key")));
            })
        .toList();
  }

  /** The database, failing the first commits of transactions that deleted something. */
  private DataSource failingCommits(AtomicInteger failed, int most) {
    return proxy(
        DataSource.class,
        database,
        (name, result) -> {
          if (!(result instanceof Connection connection)) {
            return result;
          }
          AtomicInteger deletes = new AtomicInteger();
          return proxy(
              Connection.class,
              connection,
              (method, value) -> {
                if (method.equals("prepareStatement DELETE")) {
                  deletes.incrementAndGet();
                }
                if (method.equals("commit") && deletes.get() > 0 && failed.get() < most) {
                  failed.incrementAndGet();
                  throw new SQLException("the relay's process died here");
                }
                return value;
              });
        });
  }

  private interface Hook {
    Object around(String method, Object result) throws Exception;
  }

  /** Calls the hook before a commit and after everything else. */
  private static <T> T proxy(Class<T> type, T target, Hook hook) {
    return type.cast(
        Proxy.newProxyInstance(
            OutboxTest.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              String name = method.getName();
              if (arguments != null && arguments[0] instanceof String sql) {
                name += " " + sql.split(" ")[0];
              }
              try {
                if (name.equals("commit")) {
                  hook.around(name, null);
                  return method.invoke(target, arguments);
                }
                return hook.around(name, method.invoke(target, arguments));
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            }));
  }
}
