package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.security.SaslInit;
import org.apache.qpid.proton.amqp.security.SaslMechanisms;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a peer may not do, frame by frame, and what it gets; the edge lives on after each. */
class HostileInputTest {

  static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    AmqpLimits d = AmqpLimits.defaults();
    edge =
        new EdgeFixture(
            new AmqpLimits(
                d.maxFrameBytes(),
                1_000_000,
                d.idleTimeOutMs(),
                d.connections(),
                new AmqpLimits.Handshake(1_500, 1_500, 1_500, 1_500, 16 * 1024),
                new AmqpLimits.PerConnection(
                    256,
                    20,
                    50,
                    10_000,
                    2_000,
                    new AmqpLimits.Bytes(4 << 20, 1_500_000, 1 << 20, 1 << 20, 4 << 20))));
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  @AfterEach
  void theEdgeIsAliveAndForgetsTheDead() throws Exception {
    try (RawPeer witness = edge.peer()) {
      witness.sender("witness").send(0, RawPeer.transferFrame(0, 0), RawPeer.data(1));
      assertThat(witness.skipTo(Disposition.class).getState()).isInstanceOf(Accepted.class);
    }
    await().until(() -> edge.server.connectionCount() == 0);
  }

  // ---- headers and SASL ----

  @Test
  void otherProtocolsGetTheHeaderAndAClose() throws Exception {
    for (byte[] header :
        new byte[][] {
          RawPeer.AMQP,
          "GET / HT".getBytes(),
          {'A', 'M', 'Q', 'P', 2, 1, 0, 0},
          {'A', 'M', 'Q', 'P', 3, 9, 9, 9}
        }) {
      try (RawPeer peer = edge.peer()) {
        peer.send(header);
        assertThat(peer.header()).isEqualTo(RawPeer.SASL);
        peer.expectEnd();
      }
    }
  }

  @Test
  void wrongFramesBeforeAuthenticationCloseWithoutAWord() throws Exception {
    byte[] open;
    byte[] init;
    try (RawPeer codec = edge.peer()) {
      open = codec.frame(0, 0, RawPeer.openFrame("x"));
      init = codec.frame(1, 0, saslInit("X-TWO"));
    }
    byte[][] corpus = {
      open,
      RawPeer.rawFrame(1, 0, new byte[0]),
      RawPeer.rawFrame(1, 0, new byte[] {0, 0x53, 0x42, 0x45}),
      RawPeer.rawFrame(1, 0, new byte[] {0, 0x53, 0x44, (byte) 0xC0, 3, 1, 0x50, 0}),
      RawPeer.rawFrame(1, 0, new byte[] {0, 0x53, 0x41, 0x45}),
      RawPeer.rawFrame(1, 0, new byte[] {1, 2, 3}),
      RawPeer.rawFrame(1, 0, new byte[5_000]),
      RawPeer.rawFrame(7, 0, new byte[] {0, 0x53, 0x41, 0x45}),
      {0, 0, 0, 3, 2, 1, 0, 0},
      {0x7F, -1, -1, -1, 2, 1, 0, 0},
      RawPeer.join(init, init),
    };
    for (byte[] bad : corpus) {
      try (RawPeer peer = edge.peer()) {
        peer.send(RawPeer.SASL).send(bad);
        assertThat(peer.header()).isEqualTo(RawPeer.SASL);
        peer.expect(SaslMechanisms.class);
        assertThat(new String(peer.rest(), "ISO-8859-1")).doesNotContain("amqp:open", "org.apache");
      }
    }
  }

  @Test
  void silenceInTheHandshakeEndsIt() throws Exception {
    try (RawPeer nothing = edge.peer();
        RawPeer header = edge.peer();
        RawPeer authenticated = edge.peer()) {
      header.send(RawPeer.SASL);
      authenticated.sasl();
      nothing.expectEnd();
      header.rest();
      authenticated.expectEnd();
    }
  }

  private static SaslInit saslInit(String mechanism) {
    SaslInit init = new SaslInit();
    init.setMechanism(Symbol.getSymbol(mechanism));
    return init;
  }

  // ---- frames and connection ----

  @Test
  void framingFaults() throws Exception {
    byte[][] corpus = {
      {0, 0, 0, 7, 2, 0, 0, 0},
      {0, 2, 0, 0, 2, 0, 0, 0},
      {-1, -1, -1, -1, 2, 0, 0, 0},
      {0, 0, 0, 8, 1, 0, 0, 0},
      {0, 0, 0, 8, 3, 0, 0, 0},
      {0, 0, 0, 8, 2, 1, 0, 0},
      {0, 0, 0, 8, 2, 9, 0, 0},
    };
    for (byte[] bad : corpus) {
      try (RawPeer peer = edge.peer()) {
        peer.open().send(bad).expectClose("amqp:connection:framing-error");
      }
    }
  }

  @Test
  void openMustBeFirstOnChannelZeroAndSane() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.sasl().send(0, RawPeer.beginFrame());
      peer.expect(Open.class);
      peer.expectClose("amqp:illegal-state");
    }
    try (RawPeer peer = edge.peer()) {
      peer.sasl().send(1, RawPeer.openFrame("x")).expectClose("amqp:connection:framing-error");
    }
    try (RawPeer peer = edge.peer()) {
      Open small = RawPeer.openFrame("x");
      small.setMaxFrameSize(UnsignedInteger.valueOf(511));
      peer.sasl().send(0, small).expectClose("amqp:connection:framing-error");
    }
    try (RawPeer peer = edge.peer()) {
      peer.open().send(0, RawPeer.openFrame("again")).expectClose("amqp:illegal-state");
    }
  }

  @Test
  void malformedPerformatives() throws Exception {
    byte[] deep = new byte[12_000];
    for (int i = 0; i < deep.length - 1; i++) {
      deep[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? (byte) 0x53 : 0x24;
    }
    ByteBuffer nested = ByteBuffer.allocate(20 * 9 + 1);
    for (int i = 0; i < 20; i++) {
      nested.put((byte) 0xD0).putInt(nested.remaining() - 4).putInt(1);
    }
    byte[][] corpus = {
      {1, 2, 3},
      {0},
      {0, 0x53},
      {0, 0x53, 0x11},
      {0, 0x53, 0x11, 0x45},
      {0, 0x53, 0x11, (byte) 0xC0, 50, 4},
      {0, 0x53, 0x12, (byte) 0xD0, 0x7F, -1, -1, -1, 0x7F, -1, -1, -1},
      RawPeer.join(
          new byte[] {0, 0x53, 0x12, (byte) 0xC0, 13, 1},
          new byte[] {(byte) 0xF0, 0, 0, 0, 5, 0x0F, -1, -1, -1, 0x41, 0, 0}),
      RawPeer.join(new byte[] {0, 0x53, 0x16, (byte) 0xC0, 6, 1, (byte) 0xC1, 3, 1, 0x40, 0x40}),
      {0, 0x53, 0x12, (byte) 0xC0, 6, 1, (byte) 0xA1, 2, (byte) 0xC3, 0x28, 0},
      RawPeer.join(new byte[] {0, 0x53, 0x17, (byte) 0xC0, (byte) 190, 1}, nested.array()),
      deep,
    };
    for (byte[] bad : corpus) {
      try (RawPeer peer = edge.peer()) {
        peer.open().send(RawPeer.rawFrame(0, 0, bad)).expectClose("amqp:decode-error");
      }
    }
  }

  @Test
  void channelsAndSessions() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.open().send(300, RawPeer.beginFrame()).expectClose("amqp:connection:framing-error");
    }
    try (RawPeer peer = edge.peer()) {
      peer.begin().send(0, RawPeer.beginFrame()).expectClose("amqp:illegal-state");
    }
    try (RawPeer peer = edge.peer()) {
      Begin answer = RawPeer.beginFrame();
      answer.setRemoteChannel(UnsignedShort.valueOf((short) 3));
      peer.open().send(0, answer).expectClose("amqp:invalid-field");
    }
    for (Object early :
        new Object[] {
          RawPeer.attachFrame("a", 0, true, "q"),
          RawPeer.flowFrame(null, 0, 0),
          RawPeer.transferFrame(0, 0),
          new End(),
          detach(0)
        }) {
      try (RawPeer peer = edge.peer()) {
        peer.open().send(5, early).expectClose("amqp:illegal-state");
      }
    }
    try (RawPeer peer = edge.peer()) {
      peer.open();
      for (int channel = 0; channel < 256; channel++) {
        peer.send(channel, RawPeer.beginFrame());
      }
      peer.send(256, RawPeer.beginFrame()).expectClose("amqp:connection:framing-error");
    }
  }

  private static Detach detach(int handle) {
    Detach detach = new Detach();
    detach.setHandle(UnsignedInteger.valueOf(handle));
    detach.setClosed(true);
    return detach;
  }

  private static void assertEnded(RawPeer peer, String condition) throws Exception {
    assertThat(peer.skipTo(End.class).getError().getCondition().toString()).isEqualTo(condition);
    // The session is gone, the connection is not: what comes late is dropped, a new one may begin.
    peer.send(0, RawPeer.transferFrame(9, 9), RawPeer.data(1)).send(0, new End());
    peer.send(0, RawPeer.beginFrame());
    peer.skipTo(Begin.class);
  }

  @Test
  void handles() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.begin()
          .send(0, RawPeer.attachFrame("a", 1024, true, "q"))
          .expectClose("amqp:connection:framing-error");
    }
    try (RawPeer peer = edge.peer()) {
      Attach far = RawPeer.attachFrame("a", 0, true, "q");
      far.setHandle(UnsignedInteger.MAX_VALUE);
      peer.begin().send(0, far).expectClose("amqp:connection:framing-error");
    }
    try (RawPeer peer = edge.peer()) {
      peer.sender("q").send(0, RawPeer.attachFrame("b", 0, true, "q"));
      assertEnded(peer, "amqp:session:handle-in-use");
    }
    for (Object lost :
        new Object[] {RawPeer.transferFrame(7, 0), RawPeer.flowFrame(7, 0, 1), detach(7)}) {
      try (RawPeer peer = edge.peer()) {
        peer.begin().send(0, lost);
        assertEnded(peer, "amqp:session:unattached-handle");
      }
    }
    try (RawPeer peer = edge.peer()) {
      peer.receiver("q").send(0, RawPeer.transferFrame(0, 0), RawPeer.data(1));
      assertEnded(peer, "amqp:session:errant-link");
    }
  }

  @Test
  void tooManyLinksAreRefusedOneByOne() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.begin();
      for (int handle = 0; handle <= 20; handle++) {
        peer.send(0, RawPeer.attachFrame("l" + handle, handle, false, "q"));
      }
      assertDetached(peer, "amqp:resource-limit-exceeded");
    }
  }

  private static void assertDetached(RawPeer peer, String condition) throws Exception {
    Detach detach = peer.skipTo(Detach.class);
    assertThat(detach.getClosed()).isTrue();
    assertThat(detach.getError().getCondition().toString()).isEqualTo(condition);
  }

  // ---- mutation ----

  @Test
  void mutatedConversationsNeverGetAnInternalErrorOrAWordTooMuch() throws Exception {
    byte[] conversation;
    try (RawPeer codec = edge.peer()) {
      conversation =
          RawPeer.join(
              codec.frame(0, 0, RawPeer.openFrame("fuzz")),
              codec.frame(0, 0, RawPeer.beginFrame()),
              codec.frame(0, 0, RawPeer.attachFrame("s", 0, true, "fuzz")),
              codec.frame(0, 0, RawPeer.attachFrame("r", 1, false, "fuzz")),
              codec.frame(0, 0, RawPeer.flowFrame(1, 0, 10)),
              codec.frame(0, 0, RawPeer.transferFrame(0, 0), RawPeer.data(20)),
              codec.frame(0, 0, detach(0)),
              codec.frame(0, 0, new End()));
    }
    Random random = new Random(20261121);
    for (int round = 0; round < 400; round++) {
      byte[] mutant = conversation.clone();
      int changes = 1 + random.nextInt(4);
      for (int i = 0; i < changes; i++) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
      }
      try (RawPeer peer = edge.peer()) {
        peer.sasl().send(mutant);
        peer.send(peer.frame(0, 0, new org.apache.qpid.proton.amqp.transport.Close()));
        peer.halfClose();
        String heard = new String(peer.rest(), "ISO-8859-1");
        assertThat(heard)
            .as("round %s", round)
            .doesNotContain(
                "internal-error", "Exception", ".java", "org.apache", "dev.holdfast", "/home");
      }
    }
  }
}
