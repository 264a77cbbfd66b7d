package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.List;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transaction.TransactionalState;
import org.apache.qpid.proton.amqp.transaction.TxnCapability;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Posting and retiring in a transaction (part 4 §4.4). */
class TransactionalStateTest {

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

  @BeforeEach
  void forget() {
    edge.domain.seen.clear();
  }

  private static TransactionalState within(
      long transaction, org.apache.qpid.proton.amqp.messaging.Outcome outcome) {
    TransactionalState state = new TransactionalState();
    state.setTxnId(TransactionId.encode(transaction));
    state.setOutcome(outcome);
    return state;
  }

  private static Transfer post(int id, long transaction) {
    Transfer transfer = RawPeer.transferFrame(0, id);
    transfer.setState(within(transaction, null));
    return transfer;
  }

  // ---- posting ----

  @Test
  void postsCarryTheirTransactionAndAreAnsweredInIt() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.sender(queue);
      byte[] frames = {};
      for (int id = 0; id < 6; id++) {
        long transaction = id < 3 ? 7 : id < 5 ? 8 : OwnerCommand.NO_TRANSACTION;
        Transfer transfer =
            transaction == OwnerCommand.NO_TRANSACTION
                ? RawPeer.transferFrame(0, id)
                : post(id, transaction);
        frames = RawPeer.join(frames, peer.frame(0, 0, transfer, RawPeer.data(5)));
      }
      peer.send(frames);
      int answered = 0;
      while (answered < 6) {
        Disposition answer = peer.skipTo(Disposition.class);
        assertThat(answer.getSettled()).isTrue();
        for (int id = answer.getFirst().intValue(); id <= answer.getLast().intValue(); id++) {
          answered++;
          if (id == 5) {
            assertThat(answer.getState()).isInstanceOf(Accepted.class);
          } else {
            TransactionalState state = (TransactionalState) answer.getState();
            assertThat(TransactionId.decode(state.getTxnId())).isEqualTo(id < 3 ? 7 : 8);
            assertThat(state.getOutcome()).isInstanceOf(Accepted.class);
          }
        }
      }
      assertThat(edge.domain.seen(OwnerCommand.Publish.class))
          .extracting(OwnerCommand.Publish::transaction)
          .containsExactly(7L, 7L, 7L, 8L, 8L, 0L);
    }
  }

  @Test
  void refusedPostsAreRejectedInTheirTransaction() throws Exception {
    try (RawPeer peer = edge.peer()) {
      // Without the property 'to' the anonymous terminus knows no node.
      peer.sender(null).send(0, post(0, 9), RawPeer.data(5));
      TransactionalState state = (TransactionalState) peer.skipTo(Disposition.class).getState();
      assertThat(TransactionId.decode(state.getTxnId())).isEqualTo(9);
      assertThat(((Rejected) state.getOutcome()).getError().getCondition().toString())
          .isEqualTo("amqp:not-found");
    }
  }

  @Test
  void aTransactionNamedByAnyTransferOfADeliveryHoldsForIt() throws Exception {
    try (RawPeer peer = edge.peer()) {
      byte[] message = RawPeer.data(20);
      Transfer first = post(0, 5);
      first.setMore(true);
      peer.sender(queue)
          .send(0, first, java.util.Arrays.copyOf(message, 10))
          .send(0, RawPeer.transferFrame(0, 0), java.util.Arrays.copyOfRange(message, 10, 28));
      peer.send(0, RawPeer.transferFrame(0, 1), RawPeer.data(5));
      await().until(() -> edge.domain.seen(OwnerCommand.Publish.class).size() == 2);
      assertThat(edge.domain.seen(OwnerCommand.Publish.class))
          .extracting(OwnerCommand.Publish::transaction)
          .containsExactly(5L, OwnerCommand.NO_TRANSACTION);
    }
  }

  @Test
  void anIdThatTheBrokerNeverGaveIsNotTakenForNone() throws Exception {
    try (RawPeer peer = edge.peer()) {
      Transfer transfer = RawPeer.transferFrame(0, 0);
      TransactionalState state = new TransactionalState();
      state.setTxnId(new Binary(new byte[] {1, 2}));
      transfer.setState(state);
      peer.sender(queue).send(0, transfer, RawPeer.data(5));
      await().until(() -> edge.domain.seen(OwnerCommand.Publish.class).size() == 1);
      assertThat(edge.domain.seen(OwnerCommand.Publish.class).get(0).transaction())
          .isEqualTo(TransactionId.UNKNOWN);
    }
  }

  private static List<Long> failed(int count) {
    await().until(() -> edge.domain.seen(OwnerCommand.FailTransaction.class).size() == count);
    return edge.domain.seen(OwnerCommand.FailTransaction.class).stream()
        .map(OwnerCommand.FailTransaction::transaction)
        .toList();
  }

  @Test
  void whatTheEdgeRefusesFailsItsTransaction() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.sender(queue).send(0, post(0, 11), new byte[] {1, 2, 3});
      peer.skipTo(Disposition.class);
      assertThat(failed(1)).containsExactly(11L);
      Transfer settled = post(1, 12);
      settled.setSettled(true);
      peer.send(0, settled, new byte[] {1, 2, 3});
      peer.skipTo(Detach.class);
      assertThat(failed(2)).containsExactly(11L, 12L);
      // What was on its way when the link went is missing too.
      peer.send(0, post(2, 13), RawPeer.data(5));
      assertThat(failed(3)).containsExactly(11L, 12L, 13L);
      assertThat(edge.domain.seen(OwnerCommand.Publish.class)).isEmpty();
    }
  }

  @Test
  void aMessageThatEndsItsLinkFailsItsTransaction() throws Exception {
    try (RawPeer peer = edge.peer()) {
      peer.sender(queue);
      Transfer first = post(0, 21);
      first.setMore(true);
      peer.send(0, first, new byte[10]);
      Transfer other = RawPeer.transferFrame(0, 1);
      other.setMore(true);
      peer.send(0, other, new byte[10]);
      peer.skipTo(Detach.class);
      assertThat(failed(1)).containsExactly(21L);
    }
    edge.domain.seen.clear();
    try (RawPeer peer = edge.peer()) {
      peer.sender(queue);
      Transfer untagged = post(0, 22);
      untagged.setDeliveryTag(null);
      peer.send(0, untagged, RawPeer.data(5));
      peer.skipTo(Detach.class);
      assertThat(failed(1)).containsExactly(22L);
    }
  }

  // ---- retiring ----

  private static Disposition retire(int id, long transaction, boolean settled) {
    return retire(id, within(transaction, Accepted.getInstance()), settled);
  }

  private static Disposition retire(int id, TransactionalState state, boolean settled) {
    Disposition d = new Disposition();
    d.setRole(Role.RECEIVER);
    d.setFirst(UnsignedInteger.valueOf(id));
    d.setSettled(settled);
    d.setState(state);
    return d;
  }

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

  /** A receiver on handle 0 that has all messages, and a coordinator on handle 1. */
  private RawPeer receiver(int messages) throws Exception {
    RawPeer peer = edge.peer();
    peer.receiver(queue).send(0, RawPeer.flowFrame(0, 0, messages));
    for (int i = 0; i < messages; i++) {
      peer.expect(Transfer.class);
    }
    Attach coordinator = CoordinatorTest.attachFrame(TxnCapability.LOCAL_TXN);
    coordinator.setHandle(UnsignedInteger.ONE);
    peer.send(0, coordinator).expect(Attach.class);
    peer.expect(Flow.class);
    return peer;
  }

  private static long declare(RawPeer peer, int id) throws Exception {
    peer.send(0, RawPeer.transferFrame(1, id), peer.encode(new AmqpValue(new Declare())));
    Declared declared = (Declared) peer.skipTo(Disposition.class).getState();
    return TransactionId.decode(declared.getTxnId());
  }

  private static void discharge(RawPeer peer, int id, long transaction, boolean fail)
      throws Exception {
    Discharge discharge = new Discharge();
    discharge.setTxnId(TransactionId.encode(transaction));
    discharge.setFail(fail);
    peer.send(0, RawPeer.transferFrame(1, id), peer.encode(new AmqpValue(discharge)));
  }

  @Test
  void outcomesCarryTheirTransaction() throws Exception {
    put(3);
    try (RawPeer peer = receiver(3)) {
      long transaction = declare(peer, 0);
      Modified failed = new Modified();
      failed.setDeliveryFailed(true);
      peer.send(0, retire(0, transaction, true))
          .send(0, retire(1, within(transaction, failed), true))
          .send(0, retire(2, within(transaction, null), true));
      await().until(() -> edge.domain.seen(OwnerCommand.Settle.class).size() == 3);
      assertThat(edge.domain.seen(OwnerCommand.Settle.class))
          .allSatisfy(settle -> assertThat(settle.transaction()).isEqualTo(transaction))
          .extracting(OwnerCommand.Settle::outcome)
          .containsExactly(Outcome.ACCEPTED, new Outcome.Modified(true, false), Outcome.ACCEPTED);
    }
  }

  @Test
  void whatThePeerHasNotSettledIsSettledByTheBrokerAfterTheCommit() throws Exception {
    put(1);
    try (RawPeer peer = receiver(1)) {
      long transaction = declare(peer, 0);
      peer.send(0, retire(0, transaction, false));
      Flow echo = RawPeer.flowFrame(null, 0, 0);
      echo.setEcho(true);
      peer.send(0, echo);
      assertThat(peer.next().body()).isInstanceOf(Flow.class);
      discharge(peer, 1, transaction, false);
      boolean settled = false;
      for (int i = 0; i < 2; i++) {
        Disposition d = peer.skipTo(Disposition.class);
        settled |= d.getRole() == Role.SENDER && d.getFirst().intValue() == 0 && d.getSettled();
      }
      assertThat(settled).isTrue();
    }
  }

  @Test
  void afterARollbackAnotherOutcomeMayFollow() throws Exception {
    put(1);
    try (RawPeer peer = receiver(1)) {
      long transaction = declare(peer, 0);
      peer.send(0, retire(0, transaction, false));
      discharge(peer, 1, transaction, true);
      peer.skipTo(Disposition.class);
      Disposition accepted = retire(0, (TransactionalState) null, true);
      accepted.setState(Accepted.getInstance());
      peer.send(0, accepted);
      await().until(() -> edge.domain.seen(OwnerCommand.Settle.class).size() == 2);
      OwnerCommand.Settle second = edge.domain.seen(OwnerCommand.Settle.class).get(1);
      assertThat(second.transaction()).isEqualTo(OwnerCommand.NO_TRANSACTION);
      assertThat(second.confirm()).isFalse();
    }
  }
}
