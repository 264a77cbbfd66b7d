package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Open;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nothing is sent that the peer has said it cannot take (part 2 §2.7.1, §2.7.2). */
class PeerLimitsTest {

  private static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    edge = new EdgeFixture(AmqpLimits.defaults());
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  @Test
  void theAnswerToABeginNeedsAChannelThePeerHearsOn() throws Exception {
    try (RawPeer peer = edge.peer()) {
      Open open = RawPeer.openFrame("few");
      open.setChannelMax(UnsignedShort.valueOf((short) 3));
      peer.sasl().send(0, open);
      peer.expect(Open.class);
      peer.send(3, RawPeer.beginFrame());
      assertThat(peer.expect(Begin.class).getRemoteChannel().intValue()).isEqualTo(3);
      peer.send(4, RawPeer.beginFrame()).expectClose("amqp:not-allowed");
    }
  }

  @Test
  void theAnswerToAnAttachNeedsAHandleThePeerAccepts() throws Exception {
    try (RawPeer peer = edge.peer()) {
      Begin begin = RawPeer.beginFrame();
      begin.setHandleMax(UnsignedInteger.valueOf(1));
      peer.open().send(0, begin);
      peer.expect(Begin.class);
      peer.send(0, RawPeer.attachFrame("near", 1, false, "q"));
      assertThat(peer.expect(Attach.class).getHandle().intValue()).isEqualTo(1);
      peer.send(0, RawPeer.attachFrame("far", 2, false, "q"));
      assertThat(peer.expect(End.class).getError().getCondition().toString())
          .isEqualTo("amqp:not-allowed");
    }
  }

  @Test
  void noFrameIsLargerThanThePeerTakes() throws Exception {
    try (RawPeer peer = edge.peer()) {
      Open open = RawPeer.openFrame("small");
      open.setMaxFrameSize(UnsignedInteger.valueOf(512));
      peer.sasl().send(0, open);
      peer.expect(Open.class);
      peer.send(0, RawPeer.beginFrame());
      peer.expect(Begin.class);
      peer.send(0, RawPeer.attachFrame("n".repeat(500), 0, false, "missing"));
      peer.expectClose("amqp:frame-size-too-small");
    }
  }
}
