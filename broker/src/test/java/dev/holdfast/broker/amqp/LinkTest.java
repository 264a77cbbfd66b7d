package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.TxnCapability;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LinkTest {

  static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    edge = new EdgeFixture(AmqpLimits.defaults());
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  private final String queue = "q-" + UUID.randomUUID();

  private void put(int messages) throws Exception {
    try (RawPeer sender = edge.peer()) {
      sender.sender(queue);
      for (int id = 0; id < messages; id++) {
        sender.send(0, RawPeer.transferFrame(0, id), RawPeer.data(10 + id));
      }
      int answered = 0;
      while (answered < messages) {
        answered = sender.skipTo(Disposition.class).getLast().intValue() + 1;
      }
    }
  }

  // ---- attach ----

  @Test
  void theReplySaysWhatIsUsed() throws Exception {
    try (RawPeer peer = edge.peer()) {
      Attach asked = RawPeer.attachFrame("mine", 3, false, queue);
      asked.setRcvSettleMode(ReceiverSettleMode.SECOND);
      asked.setSndSettleMode(SenderSettleMode.UNSETTLED);
      Source source = (Source) asked.getSource();
      source.setCapabilities(Symbol.getSymbol("queue"));
      source.setFilter(
          Map.of(Symbol.getSymbol("own"), described(Symbol.getSymbol("some:unknown"))));
      source.setDefaultOutcome(Released.getInstance());
      peer.begin().send(0, asked);
      Attach reply = peer.expect(Attach.class);
      assertThat(reply.getName()).isEqualTo("mine");
      assertThat(reply.getRole()).isEqualTo(Role.SENDER);
      assertThat(reply.getRcvSettleMode()).isEqualTo(ReceiverSettleMode.FIRST);
      assertThat(reply.getSndSettleMode()).isEqualTo(SenderSettleMode.UNSETTLED);
      assertThat(reply.getInitialDeliveryCount()).isEqualTo(UnsignedInteger.ZERO);
      Source used = (Source) reply.getSource();
      assertThat(used.getAddress()).isEqualTo(queue);
      assertThat((Object) used.getFilter()).isNull();
      assertThat(used.getOutcomes()).hasSize(4);
      assertThat(used.getDefaultOutcome()).isInstanceOf(Released.class);
      peer.send(0, RawPeer.attachFrame("s", 4, true, queue));
      assertThat(peer.expect(Attach.class).getMaxMessageSize().longValue())
          .isEqualTo(16 * 1024 * 1024);
    }
  }

  private static DescribedType described(Object descriptor) {
    return new DescribedType() {
      @Override
      public Object getDescriptor() {
        return descriptor;
      }

      @Override
      public Object getDescribed() {
        return "x = 1";
      }
    };
  }

  private static void assertRefused(RawPeer peer, Attach asked, String condition) throws Exception {
    peer.begin().send(0, asked);
    Attach reply = peer.expect(Attach.class);
    assertThat(reply.getRole() == Role.SENDER ? reply.getSource() : reply.getTarget()).isNull();
    Detach detach = peer.expect(Detach.class);
    assertThat(detach.getClosed()).isTrue();
    assertThat(detach.getError().getCondition().toString()).isEqualTo(condition);
    assertThat(detach.getError().getDescription()).isNotBlank().doesNotContain("Exception");
    // The handle is free again once the peer has answered.
    Detach answer = new Detach();
    answer.setHandle(asked.getHandle());
    answer.setClosed(true);
    peer.send(0, answer)
        .send(0, RawPeer.attachFrame("next", asked.getHandle().intValue(), false, "fine"));
    assertThat(peer.expect(Attach.class).getSource()).isNotNull();
  }

  @Test
  void whatIsNotOfferedIsRefusedByName() throws Exception {
    Coordinator distributed = new Coordinator();
    distributed.setCapabilities(TxnCapability.LOCAL_TXN, TxnCapability.DISTRIBUTED_TXN);
    Attach coordinator = RawPeer.attachFrame("a", 0, true, "x");
    coordinator.setTarget(distributed);
    try (RawPeer peer = edge.peer()) {
      assertRefused(peer, coordinator, "amqp:not-implemented");
    }
  }

  @Test
  void whatIsMissingOrWrongIsRefused() throws Exception {
    Attach nullTarget = RawPeer.attachFrame("a", 0, true, "x");
    nullTarget.setTarget(null);
    Attach nullSource = RawPeer.attachFrame("a", 0, false, "x");
    nullSource.setSource(null);
    Attach noCount = RawPeer.attachFrame("a", 0, true, "x");
    noCount.setInitialDeliveryCount(null);
    Map<Attach, String> cases =
        Map.of(
            RawPeer.attachFrame("a", 0, true, "missing"),
            "amqp:not-found",
            RawPeer.attachFrame("b", 0, false, "missing"),
            "amqp:not-found",
            RawPeer.attachFrame("c", 0, false, "x".repeat(601)),
            "amqp:invalid-field",
            RawPeer.attachFrame("d", 0, false, null),
            "amqp:invalid-field",
            nullTarget,
            "amqp:invalid-field",
            nullSource,
            "amqp:not-found",
            noCount,
            "amqp:invalid-field");
    for (Map.Entry<Attach, String> entry : cases.entrySet()) {
      try (RawPeer peer = edge.peer()) {
        assertRefused(peer, entry.getKey(), entry.getValue());
      }
    }
  }

  @Test
  void theSameLinkAttachedAgainIsTakenOver() throws Exception {
    try (RawPeer first = edge.peer();
        RawPeer second = edge.peer()) {
      for (RawPeer peer : List.of(first, second)) {
        peer.sasl().send(0, RawPeer.openFrame("same"));
        peer.expect(org.apache.qpid.proton.amqp.transport.Open.class);
        peer.send(0, RawPeer.beginFrame());
        peer.expect(org.apache.qpid.proton.amqp.transport.Begin.class);
        peer.send(0, RawPeer.attachFrame("link", 0, false, queue));
        assertThat(peer.expect(Attach.class).getSource()).isNotNull();
      }
      Detach stolen = first.expect(Detach.class);
      assertThat(stolen.getError().getCondition().toString()).isEqualTo("amqp:link:stolen");
    }
  }

  // ---- flow ----

  @Test
  void echoIsAnsweredForSessionsAndLinks() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue);
      Flow session = RawPeer.flowFrame(null, 0, 0);
      session.setEcho(true);
      peer.send(0, session);
      Flow answer = peer.expect(Flow.class);
      assertThat(answer.getHandle()).isNull();
      assertThat(answer.getNextIncomingId()).isEqualTo(UnsignedInteger.ZERO);
      Flow link = RawPeer.flowFrame(0, 0, 7);
      link.setEcho(true);
      peer.send(0, link);
      Flow linkAnswer = peer.expect(Flow.class);
      assertThat(linkAnswer.getHandle().intValue()).isZero();
      assertThat(linkAnswer.getLinkCredit().intValue()).isEqualTo(7);
    }
    try (RawPeer peer = edge.peer()) {
      peer.sender(queue);
      Flow link = RawPeer.flowFrame(0, 0, 0);
      link.setEcho(true);
      peer.send(0, link);
      assertThat(peer.expect(Flow.class).getLinkCredit().intValue()).isPositive();
    }
  }

  @Test
  void drainUsesUpTheCredit() throws Exception {
    put(3);
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue);
      Flow drain = RawPeer.flowFrame(0, 0, 10);
      drain.setDrain(true);
      peer.send(0, drain);
      for (int i = 0; i < 3; i++) {
        peer.expect(Transfer.class);
      }
      Flow drained = peer.expect(Flow.class);
      assertThat(drained.getDrain()).isTrue();
      assertThat(drained.getLinkCredit().intValue()).isZero();
      assertThat(drained.getDeliveryCount().intValue()).isEqualTo(10);
      put(2);
      peer.send(0, RawPeer.flowFrame(0, 10, 1));
      assertThat(peer.expect(Transfer.class).getDeliveryId().intValue()).isEqualTo(3);
      Flow again = RawPeer.flowFrame(0, 11, 0);
      again.setDrain(true);
      peer.send(0, again);
      Flow last = peer.expect(Flow.class);
      assertThat(last.getDeliveryCount().intValue()).isEqualTo(11);
    }
  }

  @Test
  void creditAndWindowAreKept() throws Exception {
    put(5);
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue);
      Flow narrow = RawPeer.flowFrame(0, 0, 4);
      narrow.setIncomingWindow(UnsignedInteger.valueOf(2));
      peer.send(0, narrow);
      peer.expect(Transfer.class);
      peer.expect(Transfer.class);
      Flow echo = RawPeer.flowFrame(null, 0, 0);
      echo.setNextIncomingId(UnsignedInteger.valueOf(2));
      echo.setIncomingWindow(UnsignedInteger.ZERO);
      echo.setEcho(true);
      peer.send(0, echo);
      assertThat(peer.next().body()).isInstanceOf(Flow.class);
      Flow wide = RawPeer.flowFrame(null, 0, 0);
      wide.setNextIncomingId(UnsignedInteger.valueOf(2));
      peer.send(0, wide);
      peer.expect(Transfer.class);
      assertThat(peer.expect(Transfer.class).getDeliveryId().intValue()).isEqualTo(3);
      echo.setNextIncomingId(UnsignedInteger.valueOf(4));
      peer.send(0, echo);
      assertThat(peer.next().body()).isInstanceOf(Flow.class);
    }
  }

  @Test
  void framesFitThePeersMaximum() throws Exception {
    byte[] message = RawPeer.data(2_000);
    try (RawPeer sender = edge.peer();
        RawPeer peer = edge.peer()) {
      sender.sender(queue).send(0, RawPeer.transferFrame(0, 0), message);
      sender.skipTo(Disposition.class);
      var open = RawPeer.openFrame("small");
      open.setMaxFrameSize(UnsignedInteger.valueOf(512));
      peer.sasl().send(0, open);
      peer.expect(org.apache.qpid.proton.amqp.transport.Open.class);
      peer.send(0, RawPeer.beginFrame());
      peer.expect(org.apache.qpid.proton.amqp.transport.Begin.class);
      peer.send(0, RawPeer.attachFrame("r", 0, false, queue)).send(0, RawPeer.flowFrame(0, 0, 1));
      peer.expect(Attach.class);
      byte[] all = new byte[0];
      boolean more = true;
      int frames = 0;
      while (more) {
        RawPeer.Frame frame = peer.next();
        assertThat(frame.payload().length).isLessThan(512);
        all = RawPeer.join(all, frame.payload());
        more = ((Transfer) frame.body()).getMore();
        frames++;
      }
      assertThat(frames).isBetween(4, 6);
      assertThat(all).endsWith(message);
    }
  }
}
