package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.identity.SaslStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.security.SaslChallenge;
import org.apache.qpid.proton.amqp.security.SaslCode;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.security.SaslOutcome;
import org.apache.qpid.proton.amqp.security.SaslResponse;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionTest {

  @TempDir Path temp;

  private static AmqpLimits limits(int idleMs, int saslMs, AmqpLimits.Connections connections) {
    AmqpLimits d = AmqpLimits.defaults();
    return new AmqpLimits(
        d.maxFrameBytes(),
        d.maxMessageBytes(),
        idleMs,
        connections,
        new AmqpLimits.Handshake(3_000, 3_000, saslMs, 3_000, 16 * 1024),
        d.perConnection());
  }

  private static SaslInit init(String mechanism, byte[] response) {
    SaslInit init = new SaslInit();
    init.setMechanism(Symbol.getSymbol(mechanism));
    init.setInitialResponse(response == null ? null : new Binary(response));
    return init;
  }

  private static RawPeer saslStart(EdgeFixture edge) throws Exception {
    RawPeer peer = edge.peer();
    peer.send(RawPeer.SASL);
    assertThat(peer.header()).isEqualTo(RawPeer.SASL);
    assertThat(peer.expect(SaslMechanisms.class).getSaslServerMechanisms()[0].toString())
        .isEqualTo("PLAIN");
    return peer;
  }

  @Test
  void saslInAllItsForms() throws Exception {
    try (EdgeFixture edge =
        new EdgeFixture(limits(60_000, 1_000, AmqpLimits.defaults().connections()))) {
      try (RawPeer peer = saslStart(edge)) {
        peer.send(peer.frame(1, 0, init("PLAIN", "\0ann\0secret".getBytes())));
        assertThat(peer.expect(SaslOutcome.class).getCode()).isEqualTo(SaslCode.OK);
      }
      for (String[] wrong : new String[][] {{"PLAIN", "\0ann\0wrong"}, {"UNKNOWN", "x"}}) {
        try (RawPeer peer = saslStart(edge)) {
          peer.send(peer.frame(1, 0, init(wrong[0], wrong[1].getBytes())));
          assertThat(peer.expect(SaslOutcome.class).getCode()).isEqualTo(SaslCode.AUTH);
          peer.expectEnd();
        }
      }
      try (RawPeer peer = saslStart(edge)) {
        peer.send(peer.frame(1, 0, init("X-TWO", null)));
        assertThat(peer.expect(SaslChallenge.class).getChallenge().getLength()).isEqualTo(2);
        SaslResponse response = new SaslResponse();
        response.setResponse(new Binary(new byte[] {5}));
        peer.send(peer.frame(1, 0, response));
        SaslOutcome outcome = peer.expect(SaslOutcome.class);
        assertThat(outcome.getCode()).isEqualTo(SaslCode.OK);
        assertThat(outcome.getAdditionalData().getArray()).containsExactly(9);
      }
      try (RawPeer peer = saslStart(edge)) {
        // What the client pipelines waits for the password check, which has its own time.
        peer.send(
            RawPeer.join(
                peer.frame(1, 0, init("X-SLOW", null)),
                RawPeer.AMQP,
                peer.frame(0, 0, RawPeer.openFrame("eager"))));
        await().until(() -> edge.sasl.slowStep != null);
        edge.sasl.slowStep.complete(FakeSasl.ok("user:slow"));
        assertThat(peer.expect(SaslOutcome.class).getCode()).isEqualTo(SaslCode.OK);
        assertThat(peer.header()).isEqualTo(RawPeer.AMQP);
        peer.expect(Open.class);
      }
      edge.sasl.slowStep = null;
      try (RawPeer peer = saslStart(edge)) {
        peer.send(peer.frame(1, 0, init("X-SLOW", null)));
        await().until(() -> edge.sasl.slowStep != null);
        edge.sasl.slowStep.complete(new SaslStep.Failed(true));
        assertThat(peer.expect(SaslOutcome.class).getCode()).isEqualTo(SaslCode.SYS_TEMP);
      }
    }
  }

  @Test
  void openSaysWhoAndWhatHolds() throws Exception {
    try (EdgeFixture edge = new EdgeFixture(AmqpLimits.defaults());
        RawPeer peer = edge.peer()) {
      peer.sasl().send(0, RawPeer.openFrame("me"));
      Open open = peer.expect(Open.class);
      assertThat(open.getContainerId()).isEqualTo("broker-1");
      assertThat(open.getMaxFrameSize().intValue()).isEqualTo(64 * 1024);
      assertThat(open.getChannelMax().intValue()).isEqualTo(255);
      assertThat(open.getIdleTimeOut().intValue()).isEqualTo(30_000);
      assertThat(open.getOfferedCapabilities())
          .extracting(Symbol::toString)
          .containsExactlyInAnyOrder(
              "ANONYMOUS-RELAY",
              "sole-connection-for-container",
              "SHARED-SUBS",
              "DELAYED_DELIVERY");
      assertThat(open.getProperties().get(Symbol.getSymbol("product"))).isEqualTo("Holdfast");
      assertThat(open.getProperties().size()).isEqualTo(3);
      peer.send(0, RawPeer.beginFrame());
      Begin begin = peer.expect(Begin.class);
      assertThat(begin.getRemoteChannel().intValue()).isZero();
      assertThat(begin.getHandleMax().intValue()).isEqualTo(1023);
      peer.send(0, new Close());
      assertThat(peer.expect(Close.class).getError()).isNull();
      peer.expectEnd();
    }
  }

  @Test
  void aContainerThatWantsToBeAloneIs() throws Exception {
    try (EdgeFixture edge = new EdgeFixture(AmqpLimits.defaults());
        RawPeer first = edge.peer();
        RawPeer second = edge.peer()) {
      Open open = RawPeer.openFrame("client-7");
      open.setDesiredCapabilities(Symbol.getSymbol("sole-connection-for-container"));
      first.sasl().send(0, open).expect(Open.class);
      second.sasl().send(0, open);
      assertThat((Object) second.expect(Open.class).getProperties())
          .isEqualTo(Map.of(Symbol.getSymbol("amqp:connection-establishment-failed"), true));
      Close refused = second.expectClose("amqp:invalid-field");
      assertThat((Object) refused.getError().getInfo())
          .isEqualTo(Map.of(Symbol.getSymbol("invalid-field"), Symbol.getSymbol("container-id")));
      first.send(0, new Close()).expect(Close.class);
      await()
          .untilAsserted(
              () -> {
                try (RawPeer third = edge.peer()) {
                  third.sasl().send(0, open);
                  assertThat(
                          third.expect(Open.class).getProperties().get(Symbol.getSymbol("product")))
                      .isNotNull();
                }
              });
    }
  }

  @Test
  void silentPeersAreLeftAndSilenceIsAvoided() throws Exception {
    try (EdgeFixture edge =
            new EdgeFixture(limits(1_500, 3_000, AmqpLimits.defaults().connections()));
        RawPeer peer = edge.peer()) {
      Open open = RawPeer.openFrame("quiet");
      open.setIdleTimeOut(UnsignedInteger.valueOf(1_000));
      peer.sasl().send(0, open).expect(Open.class);
      peer.expectEmptyFrame();
      peer.expectClose("amqp:resource-limit-exceeded");
    }
  }

  @Test
  void connectionsAreCounted() throws Exception {
    try (EdgeFixture edge =
            new EdgeFixture(limits(60_000, 3_000, new AmqpLimits.Connections(4, 2, 2, 2)));
        RawPeer a = edge.peer();
        RawPeer b = edge.peer()) {
      a.open();
      b.open();
      try (RawPeer c = edge.peer()) {
        c.sasl().send(0, RawPeer.openFrame("c")).expectClose("amqp:resource-limit-exceeded");
      }
      await().until(() -> edge.server.connectionCount() == 2);
      try (RawPeer d = saslStart(edge);
          RawPeer e = saslStart(edge);
          RawPeer f = edge.peer()) {
        f.send(RawPeer.SASL);
        f.expectEnd();
        assertThat(d).isNotSameAs(e);
      }
      await().until(() -> edge.server.connectionCount() == 2);
    }
  }

  @Test
  void shutdownAnswersFirstAndSaysForced() throws Exception {
    EdgeFixture edge = new EdgeFixture(AmqpLimits.defaults());
    try (RawPeer busy = edge.peer();
        RawPeer idle = edge.peer()) {
      idle.open();
      busy.sender("q");
      edge.domain.answerPublishes = false;
      busy.send(0, RawPeer.transferFrame(0, 0), RawPeer.data(3));
      await().until(() -> edge.domain.size("q") == 1);
      var closed = edge.server.close();
      idle.expectClose("amqp:connection:forced");
      assertThat(closed.isComplete()).isFalse();
      edge.domain.releaseAnswers();
      assertThat(busy.skipTo(Disposition.class).getState()).isInstanceOf(Accepted.class);
      busy.expectClose("amqp:connection:forced");
      EdgeFixture.await(closed);
      assertThat(edge.server.connectionCount()).isZero();
      assertThatThrownBy(edge::peer).isInstanceOf(java.net.ConnectException.class);
    } finally {
      edge.close();
    }
  }

  @Test
  void theUnixSocketIsPrivateAndGoesWithTheServer() throws Exception {
    Path socket = temp.resolve("run/amqp.sock");
    EdgeFixture edge = new EdgeFixture(AmqpLimits.defaults(), 2, Optional.of(socket));
    try (edge) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-rw----");
      assertThat(edge.server.listeners()).hasSize(2);
      assertThat(edge.server.listeners().get(1).host()).isEqualTo(socket.toString());
      try (var channel =
          java.nio.channels.SocketChannel.open(java.net.UnixDomainSocketAddress.of(socket))) {
        channel.write(java.nio.ByteBuffer.wrap(RawPeer.SASL));
        java.nio.ByteBuffer header = java.nio.ByteBuffer.allocate(8);
        while (header.hasRemaining()) {
          assertThat(channel.read(header)).isPositive();
        }
        assertThat(header.array()).isEqualTo(RawPeer.SASL);
      }
      assertThatThrownBy(() -> new EdgeFixture(AmqpLimits.defaults(), 1, Optional.of(socket)))
          .hasRootCauseMessage(
              "another broker is running: " + socket + " answers; stop it or choose another path");
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void linksWorkOnEveryLoop() throws Exception {
    try (EdgeFixture edge = new EdgeFixture(AmqpLimits.defaults(), 2, Optional.empty())) {
      for (int i = 0; i < 4; i++) {
        try (RawPeer peer = edge.peer()) {
          peer.begin().send(0, RawPeer.attachFrame("s" + i, 0, true, "q"));
          peer.expect(Attach.class);
          assertThat(peer.expect(Flow.class).getLinkCredit().intValue()).isEqualTo(2_048);
        }
      }
    }
  }

  @Test
  void creditBeyondWhatIsMadeUseOfAtOnceIsUsedInTheEnd() throws Exception {
    AmqpLimits d = AmqpLimits.defaults();
    AmqpLimits small =
        new AmqpLimits(
            d.maxFrameBytes(),
            d.maxMessageBytes(),
            d.idleTimeOutMs(),
            d.connections(),
            d.handshake(),
            new AmqpLimits.PerConnection(8, 8, 100, 10, 2_000, d.perConnection().bytes()));
    try (EdgeFixture edge = new EdgeFixture(small);
        RawPeer sender = edge.peer();
        RawPeer receiver = edge.peer()) {
      sender.sender("q");
      for (int id = 0; id < 25; id++) {
        sender.send(0, RawPeer.transferFrame(0, id), RawPeer.data(3));
      }
      await().until(() -> edge.domain.size("q") == 25);
      receiver.receiver("q").send(0, RawPeer.flowFrame(0, 0, 25));
      for (int id = 0; id < 25; id++) {
        receiver.expect(org.apache.qpid.proton.amqp.transport.Transfer.class);
      }
    }
  }
}
