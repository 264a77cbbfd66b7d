package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.tls.TestCa;
import dev.holdfast.client.Consumer;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastBuilder;
import dev.holdfast.client.Message;
import dev.holdfast.client.Producer;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** New certificates in the place of old ones, while the broker works. */
class CertificateRotationIT {
  private static final int ROTATIONS = Environment.times(10, 100);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final byte[] SASL_HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
  private static final TestCa CA = TestCa.create("Holdfast test");
  private final Scratch scratch = Scratch.create();
  private final Path certificate = scratch.path("tls.crt");
  private final Path key = scratch.path("tls.key");
  private BrokerProcess broker;
  private TestUser user;
  private int port;
  private Path authority;

  @BeforeEach
  void start() throws Exception {
    renew();
    authority = Files.writeString(scratch.path("ca.crt"), CA.pem());
    broker =
        BrokerProcess.start(
            BrokerOptions.in(scratch)
                .with("--set", "tls.certificate=" + certificate)
                .with("--set", "tls.private-key=" + key)
                .with("--set", "tls.listen=127.0.0.1:0"));
    broker.api().createQueue("rotation");
    user = TestUser.chosen(broker.cli(), "rotation", "correct horse", "--role", "admin");
    port = broker.port("amqps");
  }

  @AfterEach
  void stop() {
    broker.close();
    scratch.close();
  }

  private BigInteger renew() throws IOException {
    return CA.request("localhost")
        .dns("localhost")
        .issue()
        .write(certificate, key)
        .certificate()
        .getSerialNumber();
  }

  private HoldfastBuilder client() {
    return Holdfast.builder("amqps://localhost:" + port)
        .user(user.name())
        .password(user.password().toCharArray())
        .trust(authority)
        .reconnectAttempts(0)
        .waitForBroker(Duration.ZERO);
  }

  private static SSLContext trusting() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", CA.certificate());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** A new connection up to the first words of AMQP; the serial number that the broker showed. */
  private BigInteger newConnection() throws IOException, GeneralSecurityException {
    try (SSLSocket socket =
        (SSLSocket) trusting().getSocketFactory().createSocket("localhost", port)) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.startHandshake();
      socket.getOutputStream().write(SASL_HEADER);
      assertThat(socket.getInputStream().readNBytes(SASL_HEADER.length)).isEqualTo(SASL_HEADER);
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }
  }

  @Test
  void manyCertificatesUnderTraffic() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger connections = new AtomicInteger();
    AtomicInteger messages = new AtomicInteger();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    try (Holdfast old = client().connect();
        Producer producer = old.producer("rotation");
        Consumer consumer = old.consumer("rotation")) {
      Thread newOnes =
          worker(
              enough,
              failures,
              () -> {
                newConnection();
                connections.incrementAndGet();
              });
      Thread traffic =
          worker(
              enough,
              failures,
              () -> {
                producer.send(Message.text("number " + messages.get()));
                var delivery = consumer.receive(LIMIT).orElseThrow();
                assertThat(delivery.message().bodyAsText()).isEqualTo("number " + messages.get());
                assertThat(delivery.accept()).isTrue();
                messages.incrementAndGet();
              });
      for (int i = 0; i < ROTATIONS; i++) {
        BigInteger serial = renew();
        await().atMost(LIMIT).until(() -> newConnection().equals(serial));
      }
      enough.set(true);
      newOnes.join();
      traffic.join();
    }
    assertThat(failures).isEmpty();
    assertThat(connections).hasPositiveValue();
    assertThat(messages).hasPositiveValue();
    broker.cli().awaitMessages("rotation", 0);
  }

  private interface Work {
    void run() throws Exception;
  }

  private static Thread worker(AtomicBoolean enough, List<Throwable> failures, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (!enough.get()) {
                  work.run();
                  // Beside other tests: there is enough traffic, and the cores are needed.
                  Thread.sleep(5);
                }
              } catch (Exception | AssertionError e) {
                failures.add(e);
              }
            });
    thread.start();
    return thread;
  }

  @Test
  void rubbishChangesNothing() throws Exception {
    BigInteger before = newConnection();
    Files.writeString(certificate, "rubbish");
    await().atMost(LIMIT).until(() -> complaints() == 1);
    assertThat(newConnection()).isEqualTo(before);
    Files.writeString(certificate, CA.request("other").dns("localhost").issue().pem());
    await().atMost(LIMIT).until(() -> complaints() == 2);
    assertThat(broker.logText()).contains("is not the key of the first certificate");
    assertThat(newConnection()).isEqualTo(before);
    BigInteger after = renew();
    await().atMost(LIMIT).until(() -> newConnection().equals(after));
    Path target = Files.createDirectory(scratch.path("gone"));
    Files.move(certificate, target.resolve("tls.crt"));
    await().atMost(LIMIT).until(() -> complaints() == 3);
    assertThat(newConnection()).isEqualTo(after);
  }

  private long complaints() {
    return broker.logText().lines().filter(line -> line.contains("those from before stay")).count();
  }
}
