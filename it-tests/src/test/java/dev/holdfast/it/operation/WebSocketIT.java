package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.tls.TestCa;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Random;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AMQP over WebSocket, without and with TLS, as Qpid JMS speaks it. */
class WebSocketIT {
  private static final long WAIT = 20_000;
  private static final int MESSAGES = 100;
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;
  private static TestUser user;
  private static Path trustStore;

  @BeforeAll
  static void start() throws Exception {
    Path certificate = SCRATCH.path("tls.crt");
    Path key = SCRATCH.path("tls.key");
    TestCa ca = TestCa.create("Holdfast test");
    ca.request("localhost").dns("localhost").issue().write(certificate, key);
    trustStore = ca.trustStore(SCRATCH.path("trust.p12"));
    broker =
        BrokerProcess.start(
            BrokerOptions.in(SCRATCH)
                .with("--set", "tls.certificate=" + certificate)
                .with("--set", "tls.private-key=" + key)
                .with("--set", "tls.listen=off")
                .with("--set", "websocket.listen=127.0.0.1:0")
                .with("--set", "websocket.tls-listen=127.0.0.1:0"));
    user = TestUser.generated(broker.cli(), "web");
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  private static Connection connect(String scheme, String options) throws JMSException {
    String uri = scheme + "://localhost:" + broker.port(scheme) + "/amqp?" + options;
    if (scheme.equals("amqpwss")) {
      uri +=
          "&transport.trustStoreLocation="
              + trustStore
              + "&transport.trustStorePassword="
              + TestCa.PASSWORD;
    }
    Connection connection =
        new JmsConnectionFactory(uri).createConnection(user.name(), user.password());
    try {
      connection.start();
      return connection;
    } catch (JMSException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"amqpws", "amqpwss"})
  void messagesSmallAndLargeGoThrough(String scheme) throws JMSException {
    byte[] large = new byte[5 << 20];
    new Random(9).nextBytes(large);
    String name = "web." + scheme;
    broker.api().createQueue(name);
    try (Connection connection = connect(scheme, "amqp.saslMechanisms=SCRAM-SHA-256");
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      Queue queue = session.createQueue(name);
      MessageProducer producer = session.createProducer(queue);
      producer.setDeliveryMode(DeliveryMode.PERSISTENT);
      for (int i = 0; i < MESSAGES; i++) {
        producer.send(session.createTextMessage("message " + i));
      }
      BytesMessage bytes = session.createBytesMessage();
      bytes.writeBytes(large);
      producer.send(bytes);
      MessageConsumer consumer = session.createConsumer(queue);
      for (int i = 0; i < MESSAGES; i++) {
        assertThat(consumer.receive(WAIT).getBody(String.class)).isEqualTo("message " + i);
      }
      assertThat(consumer.receive(WAIT).getBody(byte[].class)).isEqualTo(large);
    }
    broker.cli().awaitMessages(name, 0);
  }

  /** Its WebSocket takes no frame that is larger than what it takes from AMQP. */
  @Test
  void aClientThatTakesSmallFramesOnlyGetsNoLargerOnes() throws JMSException {
    broker.api().createQueue("web.small");
    try (Connection connection = connect("amqpws", "amqp.maxFrameSize=600");
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      Queue queue = session.createQueue("web.small");
      MessageProducer producer = session.createProducer(queue);
      for (int i = 0; i < MESSAGES; i++) {
        producer.send(session.createTextMessage("x".repeat(5_000) + i));
      }
      MessageConsumer consumer = session.createConsumer(queue);
      for (int i = 0; i < MESSAGES; i++) {
        assertThat(consumer.receive(WAIT).getBody(String.class)).endsWith("x" + i);
      }
    }
  }

  @Test
  void aPageFromElsewhereIsRefused() {
    assertThatThrownBy(
            () -> connect("amqpws", "transport.ws.httpHeader.Origin=https://evil.example"))
        .isInstanceOf(JMSException.class)
        .hasStackTraceContaining("403");
  }

  @Test
  void aBrowserIsToldWhatThisIs() throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + broker.port("amqpws") + "/"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(426);
    assertThat(answer.body()).contains("WebSocket", "amqp");
  }

  @Test
  void itIsOffUnlessWantedAndStaysOnThisHostWithoutTls() {
    try (Scratch other = Scratch.create()) {
      Command.Result refused =
          BrokerProcess.startRefused(
              BrokerOptions.in(other).with("--set", "websocket.listen=0.0.0.0:0"));
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.out()).contains("HF-START-INSECURE-LISTENER: websocket.listen");
      try (BrokerProcess plain = BrokerProcess.start(BrokerOptions.in(other))) {
        assertThat(plain.cli().json("status").get("listeners").toString()).doesNotContain("amqpws");
      }
    }
  }
}
