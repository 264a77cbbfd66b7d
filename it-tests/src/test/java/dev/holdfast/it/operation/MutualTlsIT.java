package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.tls.TestCa;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that log in with a certificate, as Qpid JMS does it; several host names. */
class MutualTlsIT {
  private static final long WAIT = 20_000;
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final TestCa CA = TestCa.create("Holdfast test");
  private static final AtomicInteger STORES = new AtomicInteger();
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;
  private static Path trustStore;
  private static Path revokedSerials;
  private static Path revocationList;

  @BeforeAll
  static void start() throws Exception {
    Path certificate = SCRATCH.path("tls.crt");
    Path key = SCRATCH.path("tls.key");
    CA.request("localhost").dns("localhost").issue().write(certificate, key);
    Path hosts = Files.createDirectory(SCRATCH.path("hosts"));
    CA.request("shop")
        .dns("*.shop.example")
        .key("RSA")
        .issue()
        .write(hosts.resolve("shop.crt"), hosts.resolve("shop.key"));
    Path authority = Files.writeString(SCRATCH.path("ca.crt"), CA.pem());
    trustStore = CA.trustStore(SCRATCH.path("trust.p12"));
    revokedSerials = Files.writeString(SCRATCH.path("revoked"), "# none yet\n");
    revocationList = Files.writeString(SCRATCH.path("ca.crl"), CA.revocationList());
    broker =
        BrokerProcess.start(
            BrokerOptions.in(SCRATCH)
                .with("--set", "tls.certificate=" + certificate)
                .with("--set", "tls.private-key=" + key)
                .with("--set", "tls.hosts-dir=" + hosts)
                .with("--set", "tls.listen=127.0.0.1:0")
                .with("--set", "websocket.tls-listen=127.0.0.1:0")
                .with("--set", "tls.client-auth=request")
                .with("--set", "tls.client-ca=" + authority)
                .with("--set", "tls.client-crl=" + revocationList)
                .with("--set", "tls.client-revoked-serials=" + revokedSerials)
                .with("--set", "identity.admin-certificates=spiffe://local/ops"));
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  private static TestCa.Issued ops() {
    return CA.request("ops").uri("spiffe://local/ops").issue();
  }

  private static Connection connect(String scheme, TestCa.Issued shown, String options)
      throws Exception {
    Path keyStore = shown.keyStore(SCRATCH.path("client-" + STORES.incrementAndGet() + ".p12"));
    return open(
        scheme
            + "://localhost:"
            + broker.port(scheme)
            + "?amqp.saslMechanisms=EXTERNAL&transport.keyStoreLocation="
            + keyStore
            + "&transport.keyStorePassword="
            + TestCa.PASSWORD
            + options,
        null,
        null);
  }

  private static Connection open(String uri, String name, String password) throws Exception {
    String trusting =
        uri
            + "&transport.trustStoreLocation="
            + trustStore
            + "&transport.trustStorePassword="
            + TestCa.PASSWORD;
    Connection connection = new JmsConnectionFactory(trusting).createConnection(name, password);
    try {
      connection.start();
      return connection;
    } catch (JMSException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"amqps", "amqpwss"})
  void aCertificateIsEnoughToLogIn(String scheme) throws Exception {
    String name = "mutual." + scheme;
    broker.api().createQueue(name);
    // Netty says http:// in any case; beside a certificate the broker wants it right.
    String origin =
        scheme.equals("amqps")
            ? ""
            : "&transport.ws.httpHeader.Origin=https://localhost:" + broker.port(scheme);
    try (Connection connection = connect(scheme, ops(), origin);
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      Queue queue = session.createQueue(name);
      session.createProducer(queue).send(session.createTextMessage("as myself"));
      assertThat(session.createConsumer(queue).receive(WAIT).getBody(String.class))
          .isEqualTo("as myself");
    }
  }

  @Test
  void aNameThatMayDoNothingDoesNothing() throws Exception {
    broker.api().createQueue("mutual.closed");
    TestCa.Issued nobody = CA.request("x").uri("spiffe://local/nobody").issue();
    try (Connection connection = connect("amqps", nobody, "");
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      Queue queue = session.createQueue("mutual.closed");
      assertThatThrownBy(() -> session.createConsumer(queue))
          .isInstanceOf(JMSSecurityException.class);
    }
  }

  @Test
  void whoeverHasNoCertificateLogsInWithAPassword() throws Exception {
    TestUser user = TestUser.generated(broker.cli(), "mutual");
    String uri = "amqps://localhost:" + broker.port("amqps") + "?amqp.saslMechanisms=PLAIN";
    open(uri, user.name(), user.password()).close();
    String external = "amqps://localhost:" + broker.port("amqps") + "?amqp.saslMechanisms=EXTERNAL";
    assertThatThrownBy(() -> open(external, null, null)).isInstanceOf(JMSException.class);
  }

  @Test
  void strangersAndCertificatesOfSeveralNamesAreRefused() {
    TestCa stranger = TestCa.create("Holdfast test");
    for (TestCa.Issued bad :
        List.of(
            stranger.request("ops").uri("spiffe://local/ops").issue(),
            CA.request("ops").uri("spiffe://local/ops").uri("spiffe://local/other").issue(),
            CA.request("ops").uri("spiffe://local/ops").serverOnly().issue())) {
      assertThatThrownBy(() -> connect("amqps", bad, "")).isInstanceOf(JMSException.class);
    }
    await().atMost(LIMIT).until(() -> broker.logText().contains("names several URIs"));
    // A certificate that names nobody does no harm, and no good.
    assertThatThrownBy(() -> connect("amqps", CA.request("only a common name").issue(), ""))
        .isInstanceOf(JMSException.class);
    assertThat(broker.logText()).contains("the certificate gives no name to go by");
  }

  @Test
  void whatIsRevokedIsClosedAndStaysOut() throws Exception {
    broker.api().createQueue("mutual.revoked");
    TestCa.Issued bySerial = ops();
    TestCa.Issued byList = ops();
    try (Connection first = connect("amqps", bySerial, "");
        Connection second = connect("amqps", byList, "");
        Connection bystander = connect("amqps", ops(), "")) {
      Files.writeString(revokedSerials, bySerial.serial() + "\n", StandardOpenOption.APPEND);
      assertThat(failure(first).get(WAIT, TimeUnit.MILLISECONDS))
          .hasStackTraceContaining("the client's certificate has been revoked");
      Files.writeString(revocationList, CA.revocationList(byList.certificate()));
      assertThat(failure(second).get(WAIT, TimeUnit.MILLISECONDS))
          .hasStackTraceContaining("the client's certificate has been revoked");
      for (TestCa.Issued revoked : List.of(bySerial, byList)) {
        assertThatThrownBy(() -> connect("amqps", revoked, "")).isInstanceOf(JMSException.class);
      }
      try (Session session = bystander.createSession(Session.AUTO_ACKNOWLEDGE);
          MessageProducer producer = session.createProducer(session.createQueue("mutual.revoked"));
          MessageConsumer consumer =
              session.createConsumer(session.createQueue("mutual.revoked"))) {
        producer.send(session.createTextMessage("still here"));
        assertThat(consumer.receive(WAIT)).isNotNull();
      }
    }
  }

  private static CompletableFuture<JMSException> failure(Connection connection)
      throws JMSException {
    CompletableFuture<JMSException> failure = new CompletableFuture<>();
    connection.setExceptionListener(failure::complete);
    return failure;
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "eu.shop.example", "other.example"})
  void theHostNameChoosesTheCertificate(String host) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", CA.certificate());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", broker.port("amqps"))) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(host)));
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      X509Certificate seen = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      assertThat(seen.getSubjectX500Principal().getName())
          .isEqualTo(host.endsWith("shop.example") ? "CN=shop" : "CN=localhost");
    }
  }
}
