package dev.holdfast.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Login;
import dev.holdfast.it.wire.Messages;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What one principal may use, with real clients that want more, beside one that is quiet. */
class PrincipalLimitsIT {
  private static final int RATE = 100;
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;
  private static TestUser narrow;
  private static TestUser rated;
  private static TestUser bulky;
  private static TestUser slowly;
  private static TestUser thirsty;

  @BeforeAll
  static void start() {
    broker =
        BrokerProcess.start(
            BrokerOptions.in(SCRATCH)
                .with(
                    "--set",
                    "limits.overrides="
                        + "user:narrow connections=2 links=4 unsettled=3 message-size=2KiB"
                        + " temporary-nodes=1,"
                        + "user:rated messages-per-second="
                        + RATE
                        + ",user:bulky bytes-per-second=1MiB bytes-in-flight=256KiB"
                        + ",user:slowly receive-messages-per-second="
                        + RATE
                        + ",user:thirsty receive-bytes-per-second=1MiB"));
    narrow = TestUser.generated(broker.cli(), "narrow");
    rated = TestUser.generated(broker.cli(), "rated");
    bulky = TestUser.generated(broker.cli(), "bulky");
    slowly = TestUser.generated(broker.cli(), "slowly");
    thirsty = TestUser.generated(broker.cli(), "thirsty");
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  private static AmqpClient login(TestUser user) throws IOException {
    return AmqpClient.connect(broker.ready().tcp(), new Login.Plain(user.name(), user.password()));
  }

  @Test
  void connectionsLinksAndSizesAreThePrincipals() throws IOException {
    broker.api().createQueue("narrow");
    try (AmqpClient one = login(narrow);
        AmqpClient two = login(narrow)) {
      assertThatThrownBy(() -> login(narrow))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("amqp:resource-limit-exceeded")
          .hasMessageContaining("HF-LIMIT-CONNECTIONS");
      List<AmqpSender> links = new ArrayList<>();
      for (AmqpClient client : List.of(one, two, one, two)) {
        links.add(client.sender("narrow"));
        assertThat(links.get(links.size() - 1).open()).isTrue();
      }
      AmqpSender fifth = one.sender("narrow");
      one.until("a refusal", () -> fifth.error().getCondition() != null);
      assertThat(fifth.error().getDescription()).startsWith("HF-LIMIT-LINKS");
      AmqpSender sender = links.get(0);
      assertThat(sender.sendAndWait(Messages.data(new byte[1_900]))).isInstanceOf(Accepted.class);
      sender.send("large", Messages.data(new byte[2_100]));
      one.until("a refusal", () -> sender.error().getCondition() != null);
      assertThat(sender.error().getCondition().toString())
          .isEqualTo("amqp:link:message-size-exceeded");
    }
    // Places of those who have gone are free.
    try (AmqpClient again = login(narrow)) {
      assertThat(again.sender("narrow").open()).isTrue();
    }
  }

  @Test
  void deliveriesWaitUntilOthersAreSettled() throws IOException {
    broker.api().createQueue("unsettled");
    for (int i = 0; i < 8; i++) {
      broker.cli().ok("msg", "send", "unsettled", "m-" + i);
    }
    try (AmqpClient client = login(narrow)) {
      AmqpReceiver receiver = client.receiver("unsettled");
      receiver.flow(8);
      List<AmqpReceiver.Received> got = new ArrayList<>();
      while (got.size() < 3) {
        got.add(receiver.receive(30_000).orElseThrow());
      }
      assertThat(receiver.receive(700)).isEmpty();
      for (int i = 0; i < 5; i++) {
        got.remove(0).accept();
        got.add(receiver.receive(30_000).orElseThrow());
      }
      got.forEach(AmqpReceiver.Received::accept);
      client.pump(100);
    }
    broker.cli().awaitMessages("unsettled", 0);
  }

  @Test
  void temporaryQueuesAreCounted() throws JMSException {
    String uri =
        "amqp://127.0.0.1:" + broker.ready().tcp().getPort() + "?amqp.saslMechanisms=PLAIN";
    try (Connection connection =
            new JmsConnectionFactory(narrow.name(), narrow.password(), uri).createConnection();
        Session session = connection.createSession()) {
      connection.start();
      session.createTemporaryQueue();
      String refused = "";
      try {
        session.createTemporaryQueue();
      } catch (JMSException e) {
        refused = String.valueOf(e.getMessage());
      }
      assertThat(refused).contains("HF-LIMIT-QUOTA");
    }
  }

  @Test
  void aFloodIsSlowedDownByCreditAndAQuietClientIsNot() throws IOException {
    broker.api().createQueue("flood");
    broker.api().createQueue("quiet");
    int[] accepted = new int[1];
    int[] other = new int[1];
    long began = System.nanoTime();
    int sent = 0;
    try (AmqpClient flooding = login(rated);
        AmqpClient second = login(rated);
        AmqpClient quiet = AmqpClient.local(broker)) {
      List<AmqpSender> senders = List.of(flooding.sender("flood"), second.sender("flood"));
      senders.forEach(
          s -> s.onAnswer((token, state) -> (state instanceof Accepted ? accepted : other)[0]++));
      AmqpSender calm = quiet.sender("quiet");
      while (sent < 3 * RATE) {
        for (AmqpSender sender : senders) {
          while (sender.credit() > 0) {
            sender.send(sent++, Messages.text("flood"));
          }
        }
        flooding.pump(1);
        second.pump(1);
        assertThat(calm.sendAndWait(Messages.text("calm"))).isInstanceOf(Accepted.class);
      }
      int all = sent;
      while (accepted[0] < all) {
        flooding.pump(10);
        second.pump(10);
      }
    }
    long elapsedMs = (System.nanoTime() - began) / 1_000_000;
    // Credit is all that ever slowed it down: nothing was refused or dropped.
    assertThat(other[0]).isZero();
    broker.cli().awaitMessages("flood", sent);
    assertThat((long) sent).isLessThanOrEqualTo(RATE + RATE * elapsedMs / 1_000 + 1);
  }

  @Test
  void bytesAreSlowedDownToo() throws IOException {
    broker.api().createQueue("bulk");
    long began = System.nanoTime();
    long bytes = 0;
    byte[] message = Messages.data(new byte[100_000]);
    try (AmqpClient client = login(bulky)) {
      AmqpSender sender = client.sender("bulk");
      for (int i = 0; i < 40; i++) {
        assertThat(sender.sendAndWait(message)).isInstanceOf(Accepted.class);
        bytes += message.length;
      }
    }
    long elapsedMs = (System.nanoTime() - began) / 1_000_000;
    long second = 1 << 20;
    // The last one may have gone beyond what there was.
    assertThat(bytes).isLessThanOrEqualTo(second + second * elapsedMs / 1_000 + message.length);
    broker.cli().awaitMessages("bulk", 40);
  }

  @Test
  void aConsumerIsSentNoMoreThanItsShareAndOthersTakeTheRest() throws IOException {
    broker.api().createQueue("shared");
    int all = 4 * RATE;
    fill("shared", all, Messages.text("m"));
    int slowGot = 0;
    int otherGot = 0;
    long began = System.nanoTime();
    try (AmqpClient slow = login(slowly);
        AmqpClient second = login(slowly);
        AmqpClient quick = AmqpClient.local(broker)) {
      List<AmqpReceiver> rated = List.of(slow.receiver("shared"), second.receiver("shared"));
      rated.forEach(each -> each.flow(all));
      // Both want everything: together they get what is their principal's, and nothing is lost.
      while (slowGot < 2 * RATE) {
        slow.pump(5);
        second.pump(5);
        for (AmqpReceiver receiver : rated) {
          slowGot += settleAll(receiver);
        }
      }
      long elapsedMs = (System.nanoTime() - began) / 1_000_000;
      assertThat((long) slowGot).isLessThanOrEqualTo(RATE + RATE * elapsedMs / 1_000 + 1);
      AmqpReceiver rest = quick.receiver("shared");
      rest.flow(all);
      while (slowGot + otherGot < all) {
        slow.pump(5);
        second.pump(5);
        quick.pump(5);
        otherGot += settleAll(rest);
        for (AmqpReceiver receiver : rated) {
          slowGot += settleAll(receiver);
        }
      }
    }
    // What waits for the slow ones is not handed out to them meanwhile.
    assertThat(otherGot).isGreaterThan(RATE);
    broker.cli().awaitMessages("shared", 0);
  }

  private static void fill(String queue, int count, byte[] message) throws IOException {
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpSender sender = client.sender(queue);
      for (int i = 0; i < count; i++) {
        assertThat(sender.sendAndWait(message)).isInstanceOf(Accepted.class);
      }
    }
  }

  private static int settleAll(AmqpReceiver receiver) {
    int settled = 0;
    Optional<AmqpReceiver.Received> next = receiver.poll();
    while (next.isPresent()) {
      next.get().accept();
      settled++;
      next = receiver.poll();
    }
    return settled;
  }

  @Test
  void whatAConsumerIsSentIsCountedInBytesToo() throws IOException {
    broker.api().createQueue("heavy");
    byte[] message = Messages.data(new byte[100_000]);
    fill("heavy", 30, message);
    long began = System.nanoTime();
    long bytes = 0;
    try (AmqpClient client = login(thirsty)) {
      AmqpReceiver receiver = client.receiver("heavy");
      receiver.flow(30);
      for (int i = 0; i < 30; i++) {
        AmqpReceiver.Received got = receiver.receive(30_000).orElseThrow();
        bytes += got.bytes().length;
        got.accept();
      }
      client.pump(100);
    }
    long elapsedMs = (System.nanoTime() - began) / 1_000_000;
    long second = 1 << 20;
    assertThat(bytes).isLessThanOrEqualTo(second + second * elapsedMs / 1_000 + message.length);
    broker.cli().awaitMessages("heavy", 0);
  }
}
