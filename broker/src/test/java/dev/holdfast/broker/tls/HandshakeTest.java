package dev.holdfast.broker.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which client gets in and which certificate it sees: two engines, no network. */
class HandshakeTest {

  private static final TestCa CA = TestCa.create("ca");
  private static final Instant NOW = Instant.now();
  @TempDir Path temp;
  private Path certificate;
  private Path key;

  @BeforeEach
  void files() throws Exception {
    certificate = temp.resolve("tls.crt");
    key = temp.resolve("tls.key");
    CA.request("default").dns("default.example").issue().write(certificate, key);
  }

  private TlsMaterial server(boolean required, String serials, String crl) throws Exception {
    Path ca = Files.writeString(temp.resolve("ca.crt"), CA.pem());
    Path list = Files.writeString(temp.resolve("list"), crl);
    Path file = Files.writeString(temp.resolve("serials"), serials);
    TlsFiles.Clients clients =
        new TlsFiles.Clients(required, ca, Optional.of(list), Optional.of(file));
    return TlsMaterial.read(
        new TlsFiles(certificate, key, Optional.empty(), Optional.of(clients)), NOW);
  }

  private TlsMaterial server(boolean required) throws Exception {
    return server(required, "", CA.revocationList());
  }

  private static SSLEngine client(TestCa.@Nullable Issued own, String host) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", CA.certificate());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    // A client that shows what it has, whoever the server says to trust.
    context.init(
        own == null ? null : new KeyManager[] {new Insists(own)}, trust.getTrustManagers(), null);
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(host)));
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** Both ends of a handshake; returns what the server knows of the client. */
  private static List<X509Certificate> connect(TlsMaterial server, SSLEngine client)
      throws SSLException {
    SSLEngine other = server.context().newEngine(ByteBufAllocator.DEFAULT);
    client.beginHandshake();
    other.beginHandshake();
    ByteBuffer toServer = ByteBuffer.allocate(64 * 1024);
    ByteBuffer toClient = ByteBuffer.allocate(64 * 1024);
    for (int i = 0; i < 100; i++) {
      step(client, toClient, toServer);
      step(other, toServer, toClient);
      if (done(client) && done(other) && toServer.position() == 0) {
        break;
      }
    }
    assertThat(done(client) && done(other)).isTrue();
    try {
      return java.util.Arrays.stream(other.getSession().getPeerCertificates())
          .map(X509Certificate.class::cast)
          .toList();
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
  }

  private static boolean done(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    ByteBuffer data = ByteBuffer.allocate(64 * 1024);
    for (int i = 0; i < 20; i++) {
      Runnable task;
      while ((task = engine.getDelegatedTask()) != null) {
        task.run();
      }
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        engine.wrap(ByteBuffer.allocate(0), out);
      } else if (in.position() > 0) {
        in.flip();
        engine.unwrap(in, data);
        in.compact();
      } else {
        return;
      }
    }
  }

  private void refused(TlsMaterial server, TestCa.Issued shown, String why) throws Exception {
    SSLEngine client = client(shown, "default.example");
    assertThatThrownBy(() -> connect(server, client))
        .isInstanceOf(SSLException.class)
        .hasStackTraceContaining(why);
  }

  @Test
  void aGoodCertificateGetsIn() throws Exception {
    TestCa.Issued good = CA.request("svc").uri("spiffe://local/a").clientOnly().issue();
    for (boolean required : new boolean[] {true, false}) {
      assertThat(connect(server(required), client(good, "default.example")).get(0))
          .isEqualTo(good.certificate());
    }
  }

  @Test
  void noCertificateIsEnoughUnlessRequired() throws Exception {
    assertThat(connect(server(false), client(null, "default.example"))).isEmpty();
    assertThatThrownBy(() -> connect(server(true), client(null, "default.example")))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void badCertificatesAreRefusedRequiredOrNot() throws Exception {
    Duration day = Duration.ofDays(1);
    TestCa stranger = TestCa.create("ca");
    TestCa.Issued revoked = CA.request("r").uri("spiffe://local/r").issue();
    TestCa.Issued listed = CA.request("l").uri("spiffe://local/l").issue();
    for (boolean required : new boolean[] {true, false}) {
      TlsMaterial server =
          server(required, revoked.serial() + "\n", CA.revocationList(listed.certificate()));
      refused(server, stranger.request("s").uri("spiffe://local/a").issue(), "PKIX");
      refused(server, CA.request("s").uri("spiffe://local/a").serverOnly().issue(), "usage");
      refused(
          server,
          CA.request("s").valid(NOW.minus(day.multipliedBy(2)), NOW.minus(day)).issue(),
          "validity");
      refused(
          server,
          CA.request("s").uri("spiffe://local/a").uri("spiffe://local/b").issue(),
          "names several URIs");
      refused(server, revoked, "is revoked");
      refused(server, listed, "is revoked");
    }
  }

  @Test
  void theNameAskedForChoosesTheCertificate() throws Exception {
    Path hosts = Files.createDirectory(temp.resolve("hosts"));
    TestCa.Issued other =
        CA.request("other")
            .dns("other.example")
            .key("RSA")
            .issue()
            .write(hosts.resolve("o.crt"), hosts.resolve("o.key"));
    TlsMaterial server =
        TlsMaterial.read(new TlsFiles(certificate, key, Optional.of(hosts), Optional.empty()), NOW);
    SSLEngine asksForOther = client(null, "other.example");
    connect(server, asksForOther);
    assertThat(asksForOther.getSession().getPeerCertificates()[0]).isEqualTo(other.certificate());
    SSLEngine asksForUnknown = client(null, "unknown.example");
    connect(server, asksForUnknown);
    assertThat(((X509Certificate) asksForUnknown.getSession().getPeerCertificates()[0]))
        .satisfies(c -> assertThat(c.getSubjectX500Principal().getName()).isEqualTo("CN=default"));
  }

  /** Shows its certificate although the server's list of issuers may not contain its own. */
  private static final class Insists extends javax.net.ssl.X509ExtendedKeyManager {
    private final TestCa.Issued own;

    Insists(TestCa.Issued own) {
      this.own = own;
    }

    @Override
    public String chooseEngineClientAlias(
        String[] types, java.security.Principal[] issuers, SSLEngine engine) {
      return "me";
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return new X509Certificate[] {own.certificate()};
    }

    @Override
    public java.security.PrivateKey getPrivateKey(String alias) {
      return own.keys().getPrivate();
    }

    @Override
    public String[] getClientAliases(String type, java.security.Principal[] issuers) {
      return new String[] {"me"};
    }

    @Override
    public String chooseClientAlias(
        String[] types, java.security.Principal[] issuers, java.net.Socket socket) {
      return "me";
    }

    @Override
    public String[] getServerAliases(String type, java.security.Principal[] issuers) {
      return null;
    }

    @Override
    public String chooseServerAlias(
        String type, java.security.Principal[] issuers, java.net.Socket socket) {
      return null;
    }
  }
}
