package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Cbs;
import dev.holdfast.it.wire.Login;
import dev.holdfast.it.wire.Messages;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.jms.JmsQueue;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tokens that end while their connections live, and new ones put in their place. */
class TokenRenewalIT {
  private static final int CONNECTIONS = 100;
  private static final int RENEWALS = 10;
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;

  @BeforeAll
  static void start() {
    broker = BrokerProcess.start(BrokerOptions.in(SCRATCH));
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  private static String token(String name, String ttl, String... scopes) {
    List<String> command =
        new ArrayList<>(List.of("token", "issue", name, "--role", "admin", "--ttl", ttl));
    for (String scope : scopes) {
      command.add("--scope");
      command.add(scope);
    }
    JsonNode issued = broker.cli().json(command.toArray(String[]::new));
    return issued.get("token").asText();
  }

  private static AmqpClient login(String token) throws IOException {
    return AmqpClient.connect(broker.ready().tcp(), new Login.Plain("token", token));
  }

  private static DeliveryState untilExpired(AmqpSender sender) throws IOException {
    DeliveryState answer = sender.sendAndWait(Messages.text("before"));
    while (answer instanceof Accepted) {
      answer = sender.sendAndWait(Messages.text("before"));
    }
    return answer;
  }

  @Test
  void anExpiredTokenFreezesItsConnectionUntilANewOneComes() throws IOException {
    broker.api().createQueue("frozen.in");
    broker.api().createQueue("frozen.out");
    try (AmqpClient client = login(token("thaw", "3s", "any:queue:frozen.#"))) {
      AmqpSender sender = client.sender("frozen.in");
      AmqpReceiver receiver = client.receiver("frozen.out");
      receiver.flow(10);
      Cbs cbs = new Cbs(client);
      DeliveryState refused = untilExpired(sender);
      assertThat(refused)
          .isInstanceOfSatisfying(
              Rejected.class,
              r -> {
                assertThat(r.getError().getCondition().toString())
                    .isEqualTo("amqp:unauthorized-access");
                assertThat(r.getError().getDescription()).startsWith("HF-TOKEN-EXPIRED");
              });
      AmqpSender late = client.sender("frozen.in");
      client.until("a refusal", () -> late.error().getCondition() != null);
      assertThat(late.error().getDescription()).startsWith("HF-TOKEN-EXPIRED");
      broker.cli().ok("msg", "send", "frozen.out", "kept back");
      assertThat(receiver.receive(1_000)).isEmpty();
      assertThat(cbs.put(token("somebody-else", "1m", "any:queue:#"))).isEqualTo(401);
      assertThat(cbs.put("a.b.c")).isEqualTo(401);
      assertThat(receiver.receive(200)).isEmpty();
      assertThat(cbs.put(token("thaw", "1m", "any:queue:frozen.#"))).isEqualTo(202);
      AmqpReceiver.Received kept = receiver.receive(30_000).orElseThrow();
      assertThat(Messages.textOf(kept.bytes())).isEqualTo("kept back");
      kept.accept();
      assertThat(sender.sendAndWait(Messages.text("after"))).isInstanceOf(Accepted.class);
    }
  }

  @Test
  void scopesOfTheNewTokenReplaceTheOldOnes() throws IOException {
    broker.api().createQueue("narrowed");
    try (AmqpClient client = login(token("narrow", "5m", "any:queue:narrowed"))) {
      AmqpSender sender = client.sender("narrowed");
      AmqpReceiver receiver = client.receiver("narrowed");
      Cbs cbs = new Cbs(client);
      assertThat(sender.sendAndWait(Messages.text("one"))).isInstanceOf(Accepted.class);
      assertThat(cbs.put(token("narrow", "5m", "receive:queue:narrowed"))).isEqualTo(202);
      client.until("the end of the link", () -> sender.error().getCondition() != null);
      assertThat(sender.error().getCondition().toString()).isEqualTo("amqp:unauthorized-access");
      assertThat(sender.error().getDescription()).startsWith("HF-ACL-REVOKED");
      assertThat(Messages.textOf(receiver.receive(30_000).orElseThrow().bytes())).isEqualTo("one");
      assertThat(receiver.open()).isTrue();
      AmqpSender again = client.sender("narrowed");
      client.until("a refusal", () -> again.error().getCondition() != null);
    }
  }

  @Test
  void withoutANewTokenTheConnectionIsClosedAfterTheGrace() throws IOException {
    try (Scratch scratch = Scratch.create();
        BrokerProcess other =
            BrokerProcess.start(
                BrokerOptions.in(scratch).with("--set", "identity.token-grace=1s"))) {
      JsonNode issued =
          other.cli().json("token", "issue", "gone", "--scope", "send:queue:a", "--ttl", "2s");
      try (AmqpClient client =
          AmqpClient.connect(
              other.ready().tcp(), new Login.Plain("token", issued.get("token").asText()))) {
        assertThatThrownBy(() -> client.until("the end", () -> false))
            .isInstanceOf(EOFException.class);
        assertThat(client.error().getCondition().toString()).isEqualTo("amqp:unauthorized-access");
        assertThat(client.error().getDescription()).startsWith("HF-TOKEN-EXPIRED");
      }
    }
  }

  /** One connection whose token ends again and again. */
  private static final class Renewing implements AutoCloseable {
    private final AmqpClient client = login(shortToken());
    private final AmqpSender sender = client.sender("renewed");
    private final Cbs cbs = new Cbs(client);
    private int expiries;

    Renewing() throws IOException {}

    void send(String text, Set<String> accepted) throws IOException {
      if (sender.sendAndWait(Messages.text(text)) instanceof Accepted) {
        accepted.add(text);
      } else {
        expiries++;
        assertThat(cbs.put(shortToken())).isEqualTo(202);
      }
    }

    @Override
    public void close() {
      client.close();
    }
  }

  private static String shortToken() {
    String order =
        "{\"name\":\"busy\",\"roles\":[\"admin\"],\"scopes\":[\"any:queue:renewed\"],\"ttlSeconds\":1}";
    return broker.api().call("POST", "/tokens", order).get("token").asText();
  }

  @Test
  void aThousandExpiriesLoseNothingAndEndNoConnection() throws IOException {
    broker.api().createQueue("renewed");
    Set<String> accepted = new HashSet<>();
    List<Renewing> all = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        all.add(new Renewing());
      }
      int number = 0;
      while (all.stream().anyMatch(each -> each.expiries < RENEWALS)) {
        for (Renewing each : all) {
          each.send("m-" + number++, accepted);
        }
      }
    } finally {
      all.forEach(Renewing::close);
    }
    Set<String> received = new HashSet<>();
    try (AmqpClient client = AmqpClient.local(broker)) {
      AmqpReceiver receiver = client.receiver("renewed");
      receiver.flow(accepted.size());
      client.until("every message", () -> take(receiver, received).containsAll(accepted));
    }
    assertThat(received).isEqualTo(accepted);
  }

  private static Set<String> take(AmqpReceiver receiver, Set<String> into) {
    for (var got = receiver.poll(); got.isPresent(); got = receiver.poll()) {
      into.add(Messages.textOf(got.get().bytes()));
      got.get().accept();
    }
    return into;
  }

  @Test
  void qpidJmsRenewsItsTokenToo() throws Exception {
    broker.api().createQueue("jms.renewed");
    String uri =
        "amqp://127.0.0.1:" + broker.ready().tcp().getPort() + "?amqp.saslMechanisms=XOAUTH2";
    String first = token("jms", "5m", "any:queue:jms.#");
    try (Connection connection = new JmsConnectionFactory("token", first, uri).createConnection();
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      connection.start();
      MessageProducer requests = session.createProducer(new JmsQueue("$cbs"));
      MessageConsumer replies = session.createConsumer(new JmsQueue("$cbs"));
      Message request = session.createTextMessage(token("jms", "5m", "receive:queue:jms.#"));
      request.setStringProperty("operation", "put-token");
      request.setStringProperty("type", "jwt");
      request.setJMSReplyTo(new JmsQueue("$cbs"));
      requests.send(request);
      Message reply = replies.receive(30_000);
      assertThat(reply.getIntProperty("statusCode")).isEqualTo(202);
      assertThatThrownBy(() -> session.createProducer(new JmsQueue("jms.renewed")))
          .isInstanceOf(jakarta.jms.JMSSecurityException.class);
      session.createConsumer(new JmsQueue("jms.renewed")).close();
    }
  }
}
