package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.client.Consumer;
import dev.holdfast.client.Delivery;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastBuilder;
import dev.holdfast.client.HoldfastException;
import dev.holdfast.client.Message;
import dev.holdfast.client.Producer;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
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
  private static final char[] STORE_PASSWORD = "changeit".toCharArray();
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Scratch SCRATCH = Scratch.create();
  private static Path certificate;
  private static BrokerProcess broker;
  private static TestUser user;
  private static int port;

  @BeforeAll
  static void start() throws IOException, GeneralSecurityException {
    certificate = SCRATCH.path("tls.crt");
    Path key = SCRATCH.path("tls.key");
    makeCertificate(certificate, key);
    broker =
        BrokerProcess.start(
            BrokerOptions.in(SCRATCH)
                .with("--set", "tls.certificate=" + certificate)
                .with("--set", "tls.private-key=" + key)
                .with("--set", "tls.listen=127.0.0.1:0"));
    broker.cli().ok("queue", "create", "secure");
    user = TestUser.chosen(broker.cli(), "tls-user", "correct horse", "--role", "admin");
    port = tlsPort();
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
    try (Holdfast holdfast = client().trust(certificate).connect();
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

  private static int tlsPort() {
    JsonNode status = broker.cli().json("status");
    for (JsonNode listener : status.get("listeners")) {
      if (listener.get("protocol").asText().equals("amqps")) {
        String address = listener.get("address").asText();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
      }
    }
    throw new AssertionError("no amqps listener in " + status);
  }

  /** By the JDK's own keytool, so that nothing needs to be installed. */
  private static void makeCertificate(Path certificate, Path key)
      throws IOException, GeneralSecurityException {
    Path store = SCRATCH.path("tls.p12");
    Command.Result made =
        Command.run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(STORE_PASSWORD),
                "-keystore",
                store.toString()));
    assertThat(made.exitCode()).as(made.all()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, STORE_PASSWORD);
    }
    Files.writeString(certificate, pem("CERTIFICATE", keys.getCertificate("broker").getEncoded()));
    Files.writeString(key, pem("PRIVATE KEY", keys.getKey("broker", STORE_PASSWORD).getEncoded()));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
  }

  private static String pem(String type, byte[] der) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + type
        + "-----\n";
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
