package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.tls.TestCa;
import dev.holdfast.client.Consumer;
import dev.holdfast.client.Delivery;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastBuilder;
import dev.holdfast.client.HoldfastException;
import dev.holdfast.client.Message;
import dev.holdfast.client.Producer;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** AMQP over TLS, with a certificate made for the test. */
class TlsIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Scratch SCRATCH = Scratch.create();
  private static Path authority;
  private static BrokerProcess broker;
  private static TestUser user;
  private static int port;

  @BeforeAll
  static void start() throws IOException {
    Path certificate = SCRATCH.path("tls.crt");
    Path key = SCRATCH.path("tls.key");
    TestCa ca = TestCa.create("Holdfast test");
    ca.request("localhost").dns("localhost").ip("127.0.0.1").issue().write(certificate, key);
    authority = Files.writeString(SCRATCH.path("ca.crt"), ca.pem());
    broker =
        BrokerProcess.start(
            BrokerOptions.in(SCRATCH)
                .with("--set", "tls.certificate=" + certificate)
                .with("--set", "tls.private-key=" + key)
                .with("--set", "tls.listen=127.0.0.1:0"));
    broker.api().createQueue("secure");
    user = TestUser.chosen(broker.cli(), "tls-user", "correct horse", "--role", "admin");
    port = broker.port("amqps");
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  private static HoldfastBuilder client() {
    return Holdfast.builder("amqps://localhost:" + port)
        .user(user.name())
        .password(user.password().toCharArray())
        .reconnectAttempts(0)
        .waitForBroker(Duration.ZERO);
  }

  @Test
  void aMessageGoesThroughWhereTheCertificateIsTrusted() {
    try (Holdfast holdfast = client().trust(authority).connect();
        Producer producer = holdfast.producer("secure");
        Consumer consumer = holdfast.consumer("secure")) {
      producer.send(Message.text("over TLS"));
      Delivery delivery = consumer.receive(LIMIT).orElseThrow();
      assertThat(delivery.message().bodyAsText()).isEqualTo("over TLS");
      assertThat(delivery.accept()).isTrue();
    }
  }

  @Test
  void aClientThatDoesNotTrustTheCertificateDoesNotConnect() {
    assertThatThrownBy(() -> client().connect()).isInstanceOf(HoldfastException.class);
  }

  @Test
  void onlyTls13IsSpoken() throws IOException, GeneralSecurityException {
    assertThat(handshake("TLSv1.3")).isEqualTo("TLSv1.3");
    assertThatThrownBy(() -> handshake("TLSv1.2")).isInstanceOf(SSLException.class);
  }

  private static String handshake(String protocol) throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAnything()}, null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setEnabledProtocols(new String[] {protocol});
      socket.startHandshake();
      return socket.getSession().getProtocol();
    }
  }

  /** For the handshake's version only. */
  private static final class TrustsAnything implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
