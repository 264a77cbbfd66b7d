package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OwnerCommand;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.Declare;
import org.apache.qpid.proton.amqp.transaction.Declared;
import org.apache.qpid.proton.amqp.transaction.Discharge;
import org.apache.qpid.proton.amqp.transaction.TxnCapability;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CoordinatorTest {

  EdgeFixture edge;
  RawPeer peer;

  @BeforeEach
  void start() throws Exception {
    edge = new EdgeFixture(AmqpLimits.defaults());
    peer = edge.peer();
  }

  @AfterEach
  void stop() throws Exception {
    peer.close();
    edge.close();
  }

  static Attach attachFrame(Symbol... capabilities) {
    Coordinator coordinator = new Coordinator();
    coordinator.setCapabilities(capabilities);
    Attach attach = RawPeer.attachFrame("txn", 0, true, "");
    attach.setTarget(coordinator);
    return attach;
  }

  private int attached(Attach attach) throws IOException {
    peer.begin().send(0, attach);
    peer.expect(Attach.class);
    return peer.expect(Flow.class).getLinkCredit().intValue();
  }

  private void attached() throws IOException {
    attached(attachFrame(TxnCapability.LOCAL_TXN));
  }

  private RawPeer send(int id, Object request) throws IOException {
    return peer.send(0, RawPeer.transferFrame(0, id), peer.encode(new AmqpValue(request)));
  }

  private static Discharge discharge(Binary transaction, boolean fail) {
    Discharge discharge = new Discharge();
    discharge.setTxnId(transaction);
    discharge.setFail(fail);
    return discharge;
  }

  private Binary declare(int id) throws IOException {
    send(id, new Declare());
    Disposition answer = answer(id);
    assertThat(answer.getState()).isInstanceOf(Declared.class);
    return ((Declared) answer.getState()).getTxnId();
  }

  private Disposition answer(int id) throws IOException {
    Disposition answer = peer.skipTo(Disposition.class);
    assertThat(answer.getRole()).isEqualTo(Role.RECEIVER);
    assertThat(answer.getFirst().intValue()).isEqualTo(id);
    assertThat(answer.getSettled()).isTrue();
    return answer;
  }

  private void rejected(int id, String condition) throws IOException {
    Disposition answer = answer(id);
    assertThat(answer.getState()).isInstanceOf(Rejected.class);
    assertThat(((Rejected) answer.getState()).getError().getCondition().toString())
        .isEqualTo(condition);
  }

  @Test
  void theReplySaysWhatTheCoordinatorCan() throws Exception {
    peer.begin().send(0, attachFrame());
    Attach reply = peer.expect(Attach.class);
    assertThat(((Coordinator) reply.getTarget()).getCapabilities())
        .containsExactly(
            TxnCapability.LOCAL_TXN,
            TxnCapability.MULTI_TXNS_PER_SSN,
            TxnCapability.MULTI_SSNS_PER_TXN);
    assertThat(reply.getMaxMessageSize().intValue()).isPositive();
    assertThat(peer.expect(Flow.class).getLinkCredit().intValue()).isPositive();
  }

  @Test
  void aTransactionIsDeclaredAndDischarged() throws Exception {
    attached();
    Binary first = declare(0);
    Binary second = declare(1);
    assertThat(first).isNotEqualTo(second);
    send(2, discharge(first, false));
    assertThat(answer(2).getState()).isInstanceOf(Accepted.class);
    send(3, discharge(second, true));
    assertThat(answer(3).getState()).isInstanceOf(Accepted.class);
    List<OwnerCommand.Discharge> seen = edge.domain.seen(OwnerCommand.Discharge.class);
    assertThat(seen).extracting(OwnerCommand.Discharge::fail).containsExactly(false, true);
    assertThat(seen)
        .extracting(d -> TransactionId.encode(d.transaction()))
        .containsExactly(first, second);
  }

  @Test
  void whatIsNoTransactionIsUnknown() throws Exception {
    attached();
    Binary ended = declare(0);
    send(1, discharge(ended, false));
    assertThat(answer(1).getState()).isInstanceOf(Accepted.class);
    List<Binary> unknown =
        List.of(
            ended,
            new Binary(new byte[8]),
            new Binary(new byte[0]),
            new Binary(new byte[] {1, 2, 3}),
            new Binary(new byte[900]));
    for (int i = 0; i < unknown.size(); i++) {
      send(2 + i, discharge(unknown.get(i), false));
      rejected(2 + i, "amqp:transaction:unknown-id");
    }
  }

  @Test
  void theDomainsRefusalsAreTold() throws Exception {
    attached();
    Binary transaction = declare(0);
    edge.domain.transactions.failDischarge =
        new NodeError(NodeError.Code.TRANSACTION_ROLLBACK, "the queue is full");
    send(1, discharge(transaction, false));
    rejected(1, "amqp:transaction:rollback");
    edge.domain.transactions.failDischarge =
        new NodeError(NodeError.Code.TRANSACTION_TIMEOUT, "too late");
    Binary slow = declare(2);
    send(3, discharge(slow, false));
    rejected(3, "amqp:transaction:timeout");
    edge.domain.transactions.refuseDeclare =
        new NodeError(NodeError.Code.RESOURCE_LIMIT_EXCEEDED, "too many");
    send(4, new Declare());
    rejected(4, "amqp:resource-limit-exceeded");
  }

  @Test
  void aRefusedAttachSaysSo() throws Exception {
    edge.domain.transactions.refuseAttach = new NodeError(NodeError.Code.UNAUTHORIZED, "no");
    peer.begin().send(0, attachFrame(TxnCapability.LOCAL_TXN));
    assertThat(peer.expect(Attach.class).getTarget()).isNull();
    assertThat(peer.expect(Detach.class).getError().getCondition().toString())
        .isEqualTo("amqp:unauthorized-access");
  }

  @Test
  void whatIsNeitherDeclareNorDischargeIsRejected() throws Exception {
    attached();
    byte[] declare = peer.encode(new AmqpValue(new Declare()));
    List<byte[]> wrong =
        List.of(
            new byte[0],
            new byte[] {1, 2, 3},
            RawPeer.data(10),
            peer.encode(new AmqpValue("declare")),
            peer.encode(new AmqpValue(null)),
            peer.encode(new AmqpValue(RawPeer.beginFrame())),
            peer.encode(new Properties()),
            Arrays.copyOf(declare, declare.length - 1),
            RawPeer.join(declare, declare),
            new byte[] {0, 0x53, 0x77, 0, 0x53, 0x32, 0x45});
    for (int i = 0; i < wrong.size(); i++) {
      peer.send(0, RawPeer.transferFrame(0, i), wrong.get(i));
      rejected(i, "amqp:decode-error");
    }
    assertThat(edge.domain.seen(OwnerCommand.Declare.class)).isEmpty();
    declare(wrong.size());
  }

  @Test
  void requestsMayComeWithSectionsBeforeThemAndInPieces() throws Exception {
    attached();
    byte[] request =
        RawPeer.join(peer.encode(new Properties()), peer.encode(new AmqpValue(new Declare())));
    Transfer begun = RawPeer.transferFrame(0, 0);
    begun.setMore(true);
    peer.send(0, begun, Arrays.copyOf(request, 3));
    peer.send(0, RawPeer.transferFrame(0, 0), Arrays.copyOfRange(request, 3, request.length));
    assertThat(answer(0).getState()).isInstanceOf(Declared.class);
    Transfer abandoned = RawPeer.transferFrame(0, 1);
    abandoned.setMore(true);
    peer.send(0, abandoned, request);
    abandoned.setAborted(true);
    peer.send(0, abandoned);
    declare(2);
    assertThat(edge.domain.seen(OwnerCommand.Declare.class)).hasSize(2);
  }

  @Test
  void creditIsToppedUp() throws Exception {
    int credit = attached(attachFrame(TxnCapability.LOCAL_TXN));
    for (int id = 0; id < 3 * credit; id++) {
      declare(id);
    }
  }

  private void detachedWith(String condition) throws IOException {
    assertThat(peer.skipTo(Detach.class).getError().getCondition().toString()).isEqualTo(condition);
    await().until(() -> edge.domain.seen(OwnerCommand.CloseCoordinator.class).size() == 1);
  }

  @Test
  void settledRequestsEndTheLink() throws Exception {
    attached();
    Transfer settled = RawPeer.transferFrame(0, 0);
    settled.setSettled(true);
    peer.send(0, settled, peer.encode(new AmqpValue(new Declare())));
    detachedWith("amqp:not-allowed");
    assertThat(edge.domain.seen(OwnerCommand.Declare.class)).isEmpty();
  }

  @Test
  void requestsAreSmall() throws Exception {
    attached();
    peer.send(0, RawPeer.transferFrame(0, 0), new byte[5_000]);
    detachedWith("amqp:link:message-size-exceeded");
  }

  @Test
  void whoDoesNotTakeRejectionsIsDetached() throws Exception {
    Attach attach = attachFrame(TxnCapability.LOCAL_TXN);
    ((Source) attach.getSource()).setOutcomes(Accepted.DESCRIPTOR_SYMBOL);
    attached(attach);
    declare(0);
    edge.domain.transactions.refuseDeclare =
        new NodeError(NodeError.Code.RESOURCE_LIMIT_EXCEEDED, "too many");
    send(1, new Declare());
    detachedWith("amqp:resource-limit-exceeded");
  }

  @Test
  void theDomainHearsOfALinkThatIsLostOrDetachedOnce() throws Exception {
    attached();
    Detach detach = new Detach();
    detach.setHandle(UnsignedInteger.ZERO);
    peer.send(0, detach);
    peer.expect(Detach.class);
    peer.send(0, attachFrame());
    peer.expect(Attach.class);
    peer.close();
    await().until(() -> edge.domain.seen(OwnerCommand.CloseCoordinator.class).size() == 2);
    List<OwnerCommand.CloseCoordinator> closed =
        edge.domain.seen(OwnerCommand.CloseCoordinator.class);
    assertThat(closed).extracting(OwnerCommand.CloseCoordinator::port).doesNotHaveDuplicates();
  }
}
