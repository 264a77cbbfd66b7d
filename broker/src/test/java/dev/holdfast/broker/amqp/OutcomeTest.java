package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.List;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OutcomeTest {

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

  private static Disposition outcome(int first, int last, DeliveryState state, boolean settled) {
    Disposition d = new Disposition();
    d.setRole(Role.RECEIVER);
    d.setFirst(UnsignedInteger.valueOf(first));
    d.setLast(UnsignedInteger.valueOf(last));
    d.setSettled(settled);
    d.setState(state);
    return d;
  }

  // ---- outcomes ----

  @Test
  void outcomesReachTheDomainAsTheyWereSaid() throws Exception {
    put(6);
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 6));
      for (int i = 0; i < 6; i++) {
        peer.expect(Transfer.class);
      }
      edge.domain.seen.clear();
      Rejected rejected = new Rejected();
      rejected.setError(new ErrorCondition(Symbol.getSymbol("app:bad"), "no good"));
      Modified modified = new Modified();
      modified.setDeliveryFailed(true);
      modified.setUndeliverableHere(true);
      peer.send(0, outcome(1, 2, Accepted.getInstance(), true))
          .send(0, outcome(0, 0, rejected, true))
          .send(0, outcome(3, 3, Released.getInstance(), true))
          .send(0, outcome(4, 4, modified, true))
          .send(0, outcome(5, 5, null, true));
      await().until(() -> edge.domain.seen(OwnerCommand.Settle.class).size() == 6);
      assertThat(edge.domain.seen(OwnerCommand.Settle.class))
          .extracting(OwnerCommand.Settle::outcome)
          .containsExactly(
              Outcome.ACCEPTED,
              Outcome.ACCEPTED,
              new Outcome.Rejected("app:bad", "no good"),
              Outcome.RELEASED,
              new Outcome.Modified(true, true),
              Outcome.ACCEPTED);
    }
  }

  @Test
  void aWordWithoutAnOutcomeRenewsTheLockAndWhatIsTakenBackIsSettledAsReleased() throws Exception {
    put(2);
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 2));
      peer.expect(Transfer.class);
      peer.expect(Transfer.class);
      edge.domain.seen.clear();
      Received received = new Received();
      received.setSectionNumber(UnsignedInteger.ZERO);
      received.setSectionOffset(UnsignedLong.ZERO);
      peer.send(0, outcome(1, 1, received, false));
      await().until(() -> edge.domain.seen(OwnerCommand.Renew.class).size() == 1);
      OwnerCommand.Renew renew = edge.domain.seen(OwnerCommand.Renew.class).get(0);
      renew
          .port()
          .loop()
          .deliver(List.of(new EdgeEvent.LockExpired(renew.port(), renew.delivery())));
      Disposition back = peer.skipTo(Disposition.class);
      assertThat(back.getRole()).isEqualTo(Role.SENDER);
      assertThat(back.getFirst().intValue()).isEqualTo(1);
      assertThat(back.getSettled()).isTrue();
      assertThat(back.getState()).isInstanceOf(Released.class);
      // What it says of that one now goes nowhere; the other is still its own.
      edge.domain.seen.clear();
      peer.send(0, outcome(0, 1, Accepted.getInstance(), true));
      await().until(() -> edge.domain.seen(OwnerCommand.Settle.class).size() == 1);
      assertThat(edge.domain.seen(OwnerCommand.Settle.class).get(0).delivery())
          .isNotSameAs(renew.delivery());
    }
  }

  @Test
  void anUnsettledOutcomeIsSettledOnceStoredAndCountsOnce() throws Exception {
    put(3);
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 3));
      for (int i = 0; i < 3; i++) {
        peer.expect(Transfer.class);
      }
      edge.domain.seen.clear();
      peer.send(0, outcome(0, 2, Accepted.getInstance(), false));
      int settled = 0;
      while (settled < 3) {
        Disposition d = peer.expect(Disposition.class);
        assertThat(d.getRole()).isEqualTo(Role.SENDER);
        assertThat(d.getSettled()).isTrue();
        settled = d.getLast().intValue() + 1;
      }
      peer.send(0, outcome(0, 2, Accepted.getInstance(), true));
      Flow echo = RawPeer.flowFrame(null, 0, 0);
      echo.setEcho(true);
      peer.send(0, echo).expect(Flow.class);
      assertThat(edge.domain.seen(OwnerCommand.Settle.class)).hasSize(3);
    }
  }

  @Test
  void aRedeliverySaysSoInItsHeaderAndKeepsTheBytes() throws Exception {
    put(1);
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 5));
      RawPeer.Frame first = peer.next();
      assertThat(header(peer, first.payload()).getFirstAcquirer()).isTrue();
      Modified failed = new Modified();
      failed.setDeliveryFailed(true);
      peer.send(0, outcome(0, 0, failed, true));
      RawPeer.Frame second = peer.next();
      Header header = header(peer, second.payload());
      assertThat(header.getFirstAcquirer()).isFalse();
      assertThat(header.getDeliveryCount().intValue()).isEqualTo(1);
      assertThat(header.getDurable()).isFalse();
      assertThat(first.payload()).endsWith(RawPeer.data(10));
      assertThat(second.payload()).endsWith(RawPeer.data(10));
    }
  }

  private static Header header(RawPeer peer, byte[] payload) {
    return (Header) peer.decode(payload);
  }

  @Test
  void whatIsOutWhenAConnectionGoesGetsTheDefaultOutcome() throws Exception {
    put(2);
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 2));
      peer.expect(Transfer.class);
      peer.expect(Transfer.class);
    }
    await().until(() -> edge.domain.size(queue) == 2);
    try (RawPeer peer = edge.peer()) {
      peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 1));
      assertThat(header(peer, peer.next().payload()).getDeliveryCount().intValue()).isEqualTo(1);
    }
  }

  @Test
  void preSettledBothWays() throws Exception {
    int messages = 500;
    try (RawPeer sender = edge.peer();
        RawPeer receiver = edge.peer()) {
      Attach settled = RawPeer.attachFrame("r", 0, false, queue);
      settled.setSndSettleMode(SenderSettleMode.SETTLED);
      receiver.begin().send(0, settled).send(0, RawPeer.flowFrame(0, 0, messages));
      receiver.expect(Attach.class);
      sender.sender(queue);
      for (int id = 0; id < messages; id++) {
        Transfer t = RawPeer.transferFrame(0, id);
        t.setSettled(true);
        sender.send(0, t, RawPeer.data(5));
      }
      for (int id = 0; id < messages; id++) {
        assertThat(receiver.expect(Transfer.class).getSettled()).isTrue();
      }
      Detach detach = new Detach();
      detach.setHandle(UnsignedInteger.ZERO);
      detach.setClosed(true);
      sender.send(0, detach);
      sender.skipTo(Detach.class);
    }
  }
}
