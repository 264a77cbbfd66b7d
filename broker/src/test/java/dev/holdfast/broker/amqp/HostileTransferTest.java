package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.domain.OwnerCommand;
import java.util.List;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Transfers, dispositions and floods no peer should send; the edge lives on after each. */
class HostileTransferTest {

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

  private static void assertDetached(RawPeer peer, String condition) throws Exception {
    Detach detach = peer.skipTo(Detach.class);
    assertThat(detach.getClosed()).isTrue();
    assertThat(detach.getError().getCondition().toString()).isEqualTo(condition);
  }

  private static void assertEnded(RawPeer peer, String condition) throws Exception {
    assertThat(peer.skipTo(End.class).getError().getCondition().toString()).isEqualTo(condition);
    // The session is gone, the connection is not: what comes late is dropped, a new one may begin.
    peer.send(0, RawPeer.transferFrame(9, 9), RawPeer.data(1)).send(0, new End());
    peer.send(0, RawPeer.beginFrame());
    peer.skipTo(Begin.class);
  }

  // ---- transfers ----

  @Test
  void transfersOutOfLine() throws Exception {
    try (RawPeer peer = edge.peer()) {
      Transfer begun = RawPeer.transferFrame(0, 0);
      begun.setMore(true);
      peer.sender("q").send(0, begun, RawPeer.data(10));
      peer.send(0, RawPeer.transferFrame(0, 1), RawPeer.data(10));
      assertDetached(peer, "amqp:invalid-field");
    }
    try (RawPeer peer = edge.peer()) {
      peer.sender("q").send(0, RawPeer.transferFrame(0, 0), RawPeer.data(10));
      peer.send(0, RawPeer.transferFrame(0, 5), RawPeer.data(10));
      assertEnded(peer, "amqp:invalid-field");
    }
    Transfer otherTag = RawPeer.transferFrame(0, 0);
    otherTag.setDeliveryTag(new Binary(new byte[] {9}));
    Transfer otherFormat = RawPeer.transferFrame(0, 0);
    otherFormat.setMessageFormat(UnsignedInteger.valueOf(7));
    for (Transfer continuation : List.of(otherTag, otherFormat)) {
      try (RawPeer peer = edge.peer()) {
        Transfer begun = RawPeer.transferFrame(0, 0);
        begun.setMore(true);
        peer.sender("q").send(0, begun, RawPeer.data(10));
        peer.send(0, continuation, RawPeer.data(10));
        assertDetached(peer, "amqp:invalid-field");
      }
    }
    try (RawPeer peer = edge.peer()) {
      Transfer tagless = RawPeer.transferFrame(0, 0);
      tagless.setDeliveryTag(null);
      peer.sender("q").send(0, tagless, RawPeer.data(10));
      assertDetached(peer, "amqp:invalid-field");
    }
    try (RawPeer peer = edge.peer()) {
      Transfer longTag = RawPeer.transferFrame(0, 0);
      longTag.setDeliveryTag(new Binary(new byte[33]));
      peer.sender("q").send(0, longTag, RawPeer.data(10));
      assertDetached(peer, "amqp:invalid-field");
    }
  }

  @Test
  void creditIsALimit() throws Exception {
    edge.domain.answerPublishes = false;
    try (RawPeer peer = edge.peer()) {
      peer.sender("q");
      for (int id = 0; id <= 50; id++) {
        peer.send(0, RawPeer.transferFrame(0, id), RawPeer.data(1));
      }
      assertDetached(peer, "amqp:link:transfer-limit-exceeded");
    } finally {
      edge.domain.releaseAnswers();
    }
  }

  @Test
  void theSessionWindowIsALimit() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.open().send(0, RawPeer.beginFrame());
      int window = peer.expect(Begin.class).getIncomingWindow().intValue();
      assertThat(window).isEqualTo((4 << 20) / (64 * 1024));
      peer.send(0, RawPeer.attachFrame("s", 0, true, "q"));
      peer.expect(Attach.class);
      Transfer part = RawPeer.transferFrame(0, 0);
      part.setMore(true);
      byte[] burst = new byte[0];
      for (int i = 0; i <= window; i++) {
        burst = RawPeer.join(burst, peer.frame(0, 0, part, new byte[1]));
      }
      peer.send(burst);
      assertEnded(peer, "amqp:session:window-violation");
    }
  }

  @Test
  void messagesThatNeverEndAreCutOff() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.sender("q");
      Transfer part = RawPeer.transferFrame(0, 0);
      part.setMore(true);
      for (int i = 0; i < 20; i++) {
        peer.send(0, part, new byte[60_000]);
      }
      assertDetached(peer, "amqp:link:message-size-exceeded");
    }
    try (RawPeer peer = edge.peer()) {
      peer.sender("q");
      peer.send(0, RawPeer.attachFrame("s2", 1, true, "q"));
      peer.skipTo(Flow.class);
      for (int link = 0; link < 2; link++) {
        Transfer part = RawPeer.transferFrame(link, link);
        part.setMore(true);
        for (int i = 0; i < 15; i++) {
          peer.send(0, part, new byte[60_000]);
        }
      }
      assertDetached(peer, "amqp:resource-limit-exceeded");
    }
  }

  @Test
  void abortedDeliveriesLeaveNoTrace() throws Exception {
    int before = edge.domain.seen(OwnerCommand.Publish.class).size();
    try (RawPeer peer = edge.peer()) {
      Transfer part = RawPeer.transferFrame(0, 0);
      part.setMore(true);
      peer.sender("aborts").send(0, part, RawPeer.data(1000));
      Transfer abort = RawPeer.transferFrame(0, 0);
      abort.setAborted(true);
      peer.send(0, abort).send(0, RawPeer.transferFrame(0, 1), RawPeer.data(7));
      Disposition d = peer.skipTo(Disposition.class);
      assertThat(d.getFirst().intValue()).isEqualTo(1);
      assertThat(edge.domain.seen(OwnerCommand.Publish.class)).hasSize(before + 1);
    }
  }

  @Test
  void hugeDispositionRangesCostNothing() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.receiver("empty");
      Disposition all = new Disposition();
      all.setRole(Role.RECEIVER);
      all.setFirst(UnsignedInteger.ZERO);
      all.setLast(UnsignedInteger.MAX_VALUE);
      all.setSettled(true);
      byte[] one = peer.frame(0, 0, all);
      for (int i = 0; i < 10_000; i++) {
        peer.send(one);
      }
      Flow echo = RawPeer.flowFrame(null, 0, 0);
      echo.setEcho(true);
      peer.send(0, echo);
      assertThat(peer.skipTo(Flow.class).getHandle()).isNull();
    }
  }

  @Test
  void aFloodOfControlFramesIsStopped() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.begin();
      byte[] flow = peer.frame(0, 0, RawPeer.flowFrame(null, 0, 0));
      byte[] many = new byte[flow.length * 2_500];
      for (int i = 0; i < 2_500; i++) {
        System.arraycopy(flow, 0, many, i * flow.length, flow.length);
      }
      peer.send(many).expectClose("amqp:resource-limit-exceeded");
    }
  }
}
