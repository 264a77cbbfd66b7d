package dev.holdfast.it.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasToString;
import static org.hamcrest.Matchers.notNullValue;

import dev.holdfast.it.harness.SharedBroker;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.qpid.protonj2.test.driver.actions.DispositionInjectAction;
import org.apache.qpid.protonj2.test.driver.actions.TransferInjectAction;
import org.apache.qpid.protonj2.test.driver.codec.messaging.Accepted;
import org.apache.qpid.protonj2.test.driver.codec.primitives.Binary;
import org.apache.qpid.protonj2.test.driver.codec.transactions.Declare;
import org.apache.qpid.protonj2.test.driver.codec.transactions.Declared;
import org.apache.qpid.protonj2.test.driver.codec.transactions.Discharge;
import org.apache.qpid.protonj2.test.driver.codec.transport.Role;
import org.junit.jupiter.api.Test;

/**
 * Part 4: transactions. The coordinator has handle 9; its deliveries and those of posts count on.
 */
class Part4TransactionsIT {
  private static final int COORDINATOR = 9;
  private static final Binary NEVER_GIVEN = new Binary(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});

  /** A peer with a link to the coordinator, and the number of its next delivery. */
  private static final class Work implements AutoCloseable {
    final Peer peer;
    int nextId;

    Work() throws IOException {
      peer = Peer.begun();
      peer.script
          .expectAttach()
          .ofReceiver()
          .withHandle(COORDINATOR)
          .withCoordinator()
          .withCapabilities(
              "amqp:local-transactions", "amqp:multi-txns-per-ssn", "amqp:multi-ssns-per-txn")
          .also();
      peer.script.expectFlow().withHandle(COORDINATOR).withLinkCredit(greaterThan(Peer.uint(0)));
      peer.script
          .remoteAttach()
          .ofSender()
          .withName(Peer.unique("coordinator"))
          .withHandle(COORDINATOR)
          .withInitialDeliveryCount(0)
          .withSource()
          .withOutcomes("amqp:accepted:list", "amqp:rejected:list")
          .also()
          .withCoordinator()
          .withCapabilities("amqp:local-transactions")
          .also()
          .now();
      peer.done();
    }

    private TransferInjectAction transfer(int handle) {
      TransferInjectAction transfer =
          peer.script
              .remoteTransfer()
              .withHandle(handle)
              .withDeliveryId(nextId)
              .withDeliveryTag(Peer.tag(nextId));
      nextId++;
      return transfer;
    }

    Binary declare() {
      AtomicReference<Binary> id = new AtomicReference<>();
      peer.script
          .expectDisposition()
          .withRole(Role.RECEIVER)
          .withFirst(nextId)
          .withSettled(true)
          .withState(notNullValue())
          .withCapture(d -> id.set(((Declared) d.getState()).getTxnId()));
      transfer(COORDINATOR).withBody().withValue(new Declare()).also().now();
      peer.done();
      return id.get();
    }

    private void discharge(Binary txn, boolean fail) {
      transfer(COORDINATOR)
          .withBody()
          .withValue(new Discharge().setTxnId(txn).setFail(fail))
          .also()
          .now();
    }

    void commit(Binary txn) {
      peer.script.expectDisposition().withFirst(nextId).withSettled(true).withState().accepted();
      discharge(txn, false);
      peer.done();
    }

    void rollback(Binary txn) {
      peer.script.expectDisposition().withFirst(nextId).withSettled(true).withState().accepted();
      discharge(txn, true);
      peer.done();
    }

    void post(int handle, Binary txn, String text) {
      peer.script
          .expectDisposition()
          .withFirst(nextId)
          .withSettled(true)
          .withState()
          .transactional()
          .withTxnId(txn)
          .withOutcome(Accepted.getInstance())
          .also();
      transfer(handle)
          .withState()
          .transactional()
          .withTxnId(txn)
          .also()
          .withBody()
          .withString(text)
          .also()
          .now();
      peer.done();
    }

    DispositionInjectAction accept(int id, Binary txn) {
      return peer.script
          .remoteDisposition()
          .withRole(Role.RECEIVER)
          .withFirst(id)
          .withSettled(true)
          .withState()
          .transactional()
          .withTxnId(txn)
          .withAccepted()
          .also();
    }

    @Override
    public void close() {
      peer.close();
    }
  }

  private static long messages(String queue) {
    return SharedBroker.broker().cli().messages(queue);
  }

  @Test
  void s4_2_everyDeclareGetsAnIdOfItsOwn() throws IOException {
    Set<Binary> ids = new HashSet<>();
    try (Work work = new Work()) {
      for (int i = 0; i < 5; i++) {
        ids.add(work.declare());
      }
    }
    assertThat(ids).hasSize(5).allMatch(id -> id.getLength() >= 1 && id.getLength() <= 32);
  }

  @Test
  void s4_3_dischargeCommitsOrRollsBack() throws IOException {
    String queue = Peer.queue();
    try (Work work = new Work()) {
      work.peer.sender(0, queue);
      Binary kept = work.declare();
      Binary dropped = work.declare();
      work.post(0, kept, "kept");
      work.post(0, dropped, "dropped");
      assertThat(messages(queue)).isZero();
      work.rollback(dropped);
      assertThat(messages(queue)).isZero();
      work.commit(kept);
    }
    try (Peer peer = Peer.begun().receiver(0, queue)) {
      peer.script.expectTransfer().withPayload(Peer.text("kept"));
      peer.credit(0, 0, 10).done().alive();
    }
  }

  @Test
  void s4_3_anUnknownTransactionCannotBeDischarged() throws IOException {
    try (Work work = new Work()) {
      Binary done = work.declare();
      work.commit(done);
      for (Binary unknown : new Binary[] {NEVER_GIVEN, done}) {
        work.peer
            .script
            .expectDisposition()
            .withFirst(work.nextId)
            .withSettled(true)
            .withState()
            .rejected("amqp:transaction:unknown-id");
        work.discharge(unknown, false);
        work.peer.done();
      }
      work.commit(work.declare());
    }
  }

  @Test
  void s4_3_whatIsOpenWhenTheCoordinatorsLinkGoesIsRolledBack() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "stays");
    try (Work work = new Work()) {
      work.peer.sender(0, queue).receiver(1, queue);
      Binary txn = work.declare();
      work.post(0, txn, "never");
      work.peer.script.expectTransfer().withDeliveryId(0).withPayload(Peer.text("stays"));
      work.peer.credit(1, 0, 1).done();
      work.accept(0, txn).now();
      work.peer.script.expectDetach().withHandle(COORDINATOR);
      work.peer.script.remoteDetach().withHandle(COORDINATOR).withClosed(true).now();
      work.peer.done();
      work.peer.script.expectTransfer().withPayload(Peer.text("stays"));
      work.peer.credit(1, 1, 1).done().alive();
    }
    assertThat(messages(queue)).isEqualTo(1);
  }

  @Test
  void s4_4_1_postsAreAnsweredInTheirTransaction() throws IOException {
    String one = Peer.queue();
    String two = Peer.queue();
    try (Work work = new Work()) {
      work.peer.sender(0, one).sender(1, two);
      Binary txn = work.declare();
      work.post(0, txn, "a");
      work.post(1, txn, "b");
      work.post(0, txn, "c");
      work.commit(txn);
    }
    assertThat(messages(one)).isEqualTo(2);
    assertThat(messages(two)).isEqualTo(1);
  }

  @Test
  void s4_4_1_aPostToATransactionThatIsNoneIsNotStored() throws IOException {
    String queue = Peer.queue();
    try (Work work = new Work()) {
      work.peer.sender(0, queue);
      work.peer
          .script
          .expectDisposition()
          .withFirst(work.nextId)
          .withSettled(true)
          .withState(
              hasToString(
                  allOf(
                      containsString("Transactional"),
                      containsString("amqp:transaction:unknown-id"))));
      work.transfer(0)
          .withState()
          .transactional()
          .withTxnId(NEVER_GIVEN)
          .also()
          .withBody()
          .withString("lost")
          .also()
          .now();
      work.peer.done();
    }
    assertThat(messages(queue)).isZero();
  }

  @Test
  void s4_4_2_outcomesTakeEffectWithTheirTransaction() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "0", "1");
    try (Work work = new Work()) {
      work.peer.receiver(0, queue);
      work.peer.script.expectTransfer().withDeliveryId(0).withPayload(Peer.text("0"));
      work.peer.script.expectTransfer().withDeliveryId(1).withPayload(Peer.text("1"));
      work.peer.credit(0, 0, 2).done();
      Binary kept = work.declare();
      Binary dropped = work.declare();
      work.accept(0, kept).now();
      work.accept(1, dropped).now();
      work.peer.alive();
      assertThat(messages(queue)).isEqualTo(2);
      work.commit(kept);
      work.rollback(dropped);
      work.peer.script.expectTransfer().withDeliveryId(2).withPayload(Peer.text("1"));
      work.peer.credit(0, 2, 1).done();
    }
    assertThat(messages(queue)).isEqualTo(1);
  }

  @Test
  void s4_4_3_acquisitionWithinATransactionIsRefusedByName() throws IOException {
    String queue = Peer.queue();
    Peer.put(queue, "stays");
    try (Work work = new Work()) {
      Binary txn = work.declare();
      work.peer.receiver(0, queue);
      work.peer.script.expectDetach().withHandle(0).withError("amqp:not-implemented");
      work.peer
          .script
          .remoteFlow()
          .withIncomingWindow(1000)
          .withNextOutgoingId(0)
          .withOutgoingWindow(1000)
          .withHandle(0)
          .withDeliveryCount(0)
          .withLinkCredit(1)
          .withProperty("txn-id", txn)
          .now();
      work.peer.done();
    }
    assertThat(messages(queue)).isEqualTo(1);
  }

  @Test
  void s4_4_aTransactionSpansSessions() throws IOException {
    String queue = Peer.queue();
    try (Work work = new Work()) {
      Binary txn = work.declare();
      work.peer.script.expectBegin().withRemoteChannel(1);
      work.peer.script.remoteBegin().withNextOutgoingId(0).onChannel(1).now();
      work.peer.done();
      work.peer.script.expectAttach().onChannel(1);
      work.peer.script.expectFlow().onChannel(1);
      work.peer
          .script
          .remoteAttach()
          .ofSender()
          .withName("elsewhere")
          .withHandle(0)
          .withInitialDeliveryCount(0)
          .withTarget()
          .withAddress(queue)
          .also()
          .onChannel(1)
          .now();
      work.peer.done();
      work.peer.script.expectDisposition().onChannel(1).withFirst(0).withState(notNullValue());
      work.peer
          .script
          .remoteTransfer()
          .withHandle(0)
          .withDeliveryId(0)
          .withDeliveryTag(Peer.tag(0))
          .withState()
          .transactional()
          .withTxnId(txn)
          .also()
          .withBody()
          .withString("x")
          .also()
          .onChannel(1)
          .now();
      work.peer.done();
      assertThat(messages(queue)).isZero();
      work.peer.script.expectDisposition().onChannel(0).withState().accepted();
      work.transfer(COORDINATOR)
          .withBody()
          .withValue(new Discharge().setTxnId(txn).setFail(false))
          .also()
          .onChannel(0)
          .now();
      work.peer.done();
    }
    assertThat(messages(queue)).isEqualTo(1);
  }
}
