package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.identity.PeerInfo;
import dev.holdfast.broker.tls.ServerTls;
import dev.holdfast.broker.tls.TestCa;
import dev.holdfast.broker.tls.TlsFiles;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AMQP and WebSocket over TLS, and what a hostile client can do with the records. */
class TlsTest {

  private static final TestCa CA = TestCa.create("test");
  @TempDir Path temp;
  private EdgeFixture edge;
  private Path revoked;

  @BeforeEach
  void start() throws Exception {
    Path certificate = temp.resolve("tls.crt");
    Path key = temp.resolve("tls.key");
    CA.request("localhost").dns("localhost").issue().write(certificate, key);
    AmqpLimits d = AmqpLimits.defaults();
    AmqpLimits limits =
        new AmqpLimits(
            d.maxFrameBytes(),
            d.maxMessageBytes(),
            d.idleTimeOutMs(),
            new AmqpLimits.Connections(100, 100, 2, 2),
            new AmqpLimits.Handshake(1_500, 1_500, 1_500, 1_500, 16 * 1024),
            d.perConnection());
    Path authority = Files.writeString(temp.resolve("ca.crt"), CA.pem());
    revoked = Files.writeString(temp.resolve("revoked"), "");
    ServerTls tls =
        ServerTls.open(
            new TlsFiles(
                certificate,
                key,
                Optional.empty(),
                Optional.of(
                    new TlsFiles.Clients(
                        false, authority, Optional.empty(), Optional.of(revoked)))),
            Clock.systemUTC());
    edge =
        new EdgeFixture(
            limits,
            1,
            new AmqpSettings.Listeners(
                Optional.empty(),
                Optional.empty(),
                Optional.of(
                    new AmqpSettings.Encrypted(
                        tls, Optional.of(EdgeFixture.ANY), Optional.of(EdgeFixture.ANY))),
                Optional.empty(),
                Set.of()));
  }

  @AfterEach
  void stop() throws Exception {
    edge.close();
  }

  private SSLSocket connect(PeerInfo.Transport transport) throws Exception {
    return connect(transport, null);
  }

  private SSLSocket connect(PeerInfo.Transport transport, TestCa.Issued own) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    KeyStore mine = KeyStore.getInstance("PKCS12");
    mine.load(null, null);
    if (own != null) {
      Certificate[] chain = {own.certificate(), CA.certificate()};
      mine.setKeyEntry("me", own.keys().getPrivate(), new char[0], chain);
    }
    keys.init(mine, new char[0]);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", CA.certificate());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("localhost", edge.port(transport));
    socket.setSoTimeout(10_000);
    socket.startHandshake();
    return socket;
  }

  private static RawPeer amqp(Socket socket) throws IOException {
    return new RawPeer(socket, socket.getInputStream(), socket.getOutputStream());
  }

  private static void sendOne(RawPeer peer) throws IOException {
    peer.sender("q").send(0, RawPeer.transferFrame(0, 0), RawPeer.data(50_000));
    assertThat(peer.skipTo(Disposition.class).getState()).isInstanceOf(Accepted.class);
  }

  @Test
  void messagesGoThrough() throws Exception {
    try (SSLSocket socket = connect(PeerInfo.Transport.TLS);
        RawPeer peer = amqp(socket)) {
      sendOne(peer);
      peer.send(0, new org.apache.qpid.proton.amqp.transport.Close());
      peer.skipTo(org.apache.qpid.proton.amqp.transport.Close.class);
      peer.expectEnd();
    }
    try (WebSocketPeer socket =
            new WebSocketPeer(connect(PeerInfo.Transport.WEBSOCKET_TLS)).upgrade();
        RawPeer peer = socket.amqp()) {
      sendOne(peer);
    }
  }

  @Test
  void handshakesCountAsUnauthenticatedConnectionsAndEnd() throws Exception {
    int port = edge.port(PeerInfo.Transport.TLS);
    try (Socket one = new Socket("127.0.0.1", port);
        Socket two = new Socket("127.0.0.1", port)) {
      org.awaitility.Awaitility.await().until(() -> edge.server.connectionCount() == 2);
      try (Socket three = new Socket("127.0.0.1", port)) {
        assertThat(three.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(one.getInputStream().read()).isEqualTo(-1);
      assertThat(two.getInputStream().read()).isEqualTo(-1);
    }
    org.awaitility.Awaitility.await().until(() -> edge.server.connectionCount() == 0);
    try (SSLSocket socket = connect(PeerInfo.Transport.TLS);
        RawPeer peer = amqp(socket)) {
      peer.open();
    }
  }

  @Test
  void aClientThatIsRevokedIsClosedAndNobodyElse() throws Exception {
    TestCa.Issued bad = CA.request("bad").uri("spiffe://local/bad").issue();
    TestCa.Issued good = CA.request("good").uri("spiffe://local/good").issue();
    try (RawPeer first = amqp(connect(PeerInfo.Transport.TLS, bad)).open();
        RawPeer second = amqp(connect(PeerInfo.Transport.TLS, good)).open();
        RawPeer third = amqp(connect(PeerInfo.Transport.TLS)).open()) {
      Files.writeString(revoked, bad.serial());
      first.expectClose("amqp:unauthorized-access");
      for (RawPeer peer : new RawPeer[] {second, third}) {
        peer.send(0, RawPeer.beginFrame());
        peer.expect(Begin.class);
      }
    }
    assertThatThrownBy(
            () -> {
              try (RawPeer again = amqp(connect(PeerInfo.Transport.TLS, bad))) {
                again.open();
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void whatIsNoTlsEnds() throws Exception {
    try (Socket plain = new Socket("127.0.0.1", edge.port(PeerInfo.Transport.TLS))) {
      plain.setSoTimeout(10_000);
      plain.getOutputStream().write(RawPeer.SASL);
      plain.getInputStream().readAllBytes();
    }
    org.awaitility.Awaitility.await().until(() -> edge.server.connectionCount() == 0);
  }

  /** In TLS 1.3 the JDK's startHandshake() sends KeyUpdate and asks for one in return. */
  @Test
  void someKeyUpdatesAreFineAndAFloodIsNot() throws Exception {
    try (SSLSocket socket = connect(PeerInfo.Transport.TLS);
        RawPeer peer = amqp(socket)) {
      peer.open();
      for (int i = 0; i < 30; i++) {
        socket.startHandshake();
      }
      peer.send(0, RawPeer.beginFrame());
      peer.expect(Begin.class);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100_000; i++) {
                  socket.startHandshake();
                }
              })
          .isInstanceOf(IOException.class);
    }
    org.awaitility.Awaitility.await().until(() -> edge.server.connectionCount() == 0);
  }

  @Test
  void theServerStopsInTheMidstOfHandshakes() throws Exception {
    try (Socket silent = new Socket("127.0.0.1", edge.port(PeerInfo.Transport.TLS))) {
      org.awaitility.Awaitility.await().until(() -> edge.server.connectionCount() == 1);
      EdgeFixture.await(edge.server.close());
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
    }
  }
}
