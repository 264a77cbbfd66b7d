package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeError.Code;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What transactions do to queues. */
class TransactionTest {
  private static final Outcome REJECTED = new Outcome.Rejected("app:no", "does not fit");

  private final Rig rig = new Rig();
  private TestCoordinator coordinator;
  private TestPublisher publisher;

  @BeforeEach
  void connect() {
    rig.create("in");
    rig.create("out");
    rig.create("log");
    coordinator = new TestCoordinator(rig);
    publisher = new TestPublisher(rig);
    publisher.peer = coordinator.peer;
    publisher.open("");
    rig.settle();
  }

  private TestConsumer consumer(String queue, int credit) {
    TestConsumer consumer = new TestConsumer(rig);
    consumer.peer = coordinator.peer;
    consumer.open(queue).flow(credit);
    rig.settle();
    return consumer;
  }

  private List<String> texts(String queue) {
    TestConsumer reader = new TestConsumer(rig).open(queue).flow(1_000);
    rig.settle();
    List<String> texts = reader.take();
    reader.defaultOutcome = Outcome.RELEASED;
    for (Delivery delivery : reader.deliveries) {
      reader.settle(delivery, Outcome.RELEASED);
    }
    reader.close();
    rig.settle();
    return texts;
  }

  private static Code code(NodeError error) {
    return error == null ? null : error.code();
  }

  @Test
  void aCommitIsOneBatchOverAllNodes() {
    rig.send("in", "a", "b", "c");
    TestConsumer consumer = consumer("in", 3);
    long transaction = coordinator.declare();
    publisher.send("out", "1", transaction);
    consumer.settle(0, Outcome.ACCEPTED, true, transaction);
    publisher.send("log", "2", transaction);
    consumer.settle(1, REJECTED, true, transaction);
    publisher.send("out", "3", transaction);
    rig.settle();
    assertThat(publisher.accepted()).as("answered at once").containsExactly("1", "2", "3");
    assertThat(rig.messages("in")).isEqualTo(3);
    assertThat(rig.messages("out") + rig.messages("log")).isZero();
    long commits = rig.store.commits();
    assertThat(coordinator.commit(transaction)).isNull();
    assertThat(rig.store.commits()).isEqualTo(commits + 1);
    assertThat(texts("out")).containsExactly("1", "3");
    assertThat(texts("log")).containsExactly("2");
    assertThat(texts("in/$dead-letter")).containsExactly("b");
    assertThat(rig.messages("in")).isEqualTo(1);
    assertThat(rig.info("in").unsettled()).isEqualTo(1);
  }

  @Test
  void aCommitIsSynced() {
    rig.send("in", "a");
    TestConsumer consumer = consumer("in", 1);
    long transaction = coordinator.declare();
    consumer.settle(0, Outcome.ACCEPTED, true, transaction);
    rig.submit(
        new OwnerCommand.Publish(
            publisher, "out", Rig.message("volatile", false), "v", true, transaction));
    assertThat(coordinator.commit(transaction)).isNull();
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    assertThat(rig.messages("in")).isZero();
    assertThat(rig.messages("out")).isEqualTo(1);
  }

  @Test
  void aRollbackForgetsMessagesAndGivesBackWhatWasSettled() {
    rig.send("in", "a", "b", "c");
    TestConsumer consumer = consumer("in", 3);
    long transaction = coordinator.declare();
    publisher.send("out", "1", transaction);
    consumer.settle(0, Outcome.ACCEPTED, true, transaction);
    consumer.settle(1, REJECTED, false, transaction);
    rig.settle();
    assertThat(coordinator.rollBack(transaction)).isNull();
    assertThat(rig.messages("out")).isZero();
    assertThat(rig.messages("in")).isEqualTo(3);
    assertThat(consumer.stored).isEmpty();
    TestConsumer other = consumer("in", 3);
    assertThat(other.take()).as("settled by the consumer: free again").containsExactly("a");
    assertThat(other.deliveries.get(0).deliveryCount()).isEqualTo(1);
    assertThat(other.deliveries.get(0).firstAcquirer()).isFalse();
    consumer.settle(1, Outcome.ACCEPTED);
    rig.settle();
    assertThat(consumer.stored).as("unsettled: still its own").hasSize(1);
    assertThat(rig.messages("in")).isEqualTo(2);
  }

  @Test
  void unsettledOutcomesAreConfirmedByTheCommit() {
    rig.send("in", "a", "b");
    TestConsumer consumer = consumer("in", 2);
    long transaction = coordinator.declare();
    consumer.settle(0, REJECTED, false, transaction);
    consumer.settle(1, Outcome.ACCEPTED, false, transaction);
    rig.settle();
    assertThat(consumer.stored).isEmpty();
    // It changes its mind, and then settles without saying more.
    consumer.settle(0, Outcome.ACCEPTED, false, transaction);
    consumer.settle(0, Outcome.RELEASED, true, OwnerCommand.NO_TRANSACTION);
    assertThat(coordinator.commit(transaction)).isNull();
    assertThat(consumer.stored).containsExactly(consumer.deliveries.get(1));
    assertThat(rig.messages("in")).isZero();
    assertThat(rig.messages("in/$dead-letter")).isZero();
  }

  @Test
  void transactionsDoNotSeeEachOther() {
    rig.send("in", "a", "b");
    TestConsumer consumer = consumer("in", 2);
    long first = coordinator.declare();
    long second = coordinator.declare();
    publisher.send("out", "1", first);
    publisher.send("out", "2", second);
    consumer.settle(0, Outcome.ACCEPTED, true, first);
    consumer.settle(1, Outcome.ACCEPTED, true, second);
    consumer.settle(0, Outcome.RELEASED, true, second);
    assertThat(coordinator.rollBack(first)).isNull();
    assertThat(coordinator.commit(second)).isNull();
    assertThat(texts("out")).containsExactly("2");
    assertThat(texts("in")).containsExactly("a");
  }

  @Test
  void aTransactionBelongsToItsConnection() {
    rig.send("in", "a", "b");
    long transaction = coordinator.declare();
    TestCoordinator stranger = new TestCoordinator(rig);
    TestPublisher other = new TestPublisher(rig).open("out");
    other.send("", "1", transaction);
    TestConsumer thief = new TestConsumer(rig).open("in").flow(2);
    rig.settle();
    thief.settle(0, Outcome.ACCEPTED, true, transaction);
    thief.settle(1, Outcome.ACCEPTED, false, transaction);
    assertThat(code(stranger.commit(transaction))).isEqualTo(Code.UNKNOWN_TRANSACTION);
    assertThat(code(stranger.rollBack(transaction))).isEqualTo(Code.UNKNOWN_TRANSACTION);
    assertThat(other.refusals()).containsExactly(Code.UNKNOWN_TRANSACTION);
    // Another coordinator link of the same connection will do.
    assertThat(new TestCoordinator(rig, coordinator.peer).commit(transaction)).isNull();
    assertThat(rig.messages("in")).isEqualTo(2);
    assertThat(rig.messages("out")).isZero();
    // The one that was settled is free again, the other still out.
    assertThat(rig.info("in").unsettled()).isEqualTo(1);
  }

  @Test
  void whatHasEndedIsUnknown() {
    long transaction = coordinator.declare();
    assertThat(coordinator.commit(transaction)).isNull();
    publisher.send("out", "late", transaction);
    for (long id : new long[] {transaction, -1, 999, Long.MAX_VALUE}) {
      assertThat(code(coordinator.commit(id))).isEqualTo(Code.UNKNOWN_TRANSACTION);
    }
    assertThat(publisher.refusals()).containsExactly(Code.UNKNOWN_TRANSACTION);
    assertThat(rig.messages("out")).isZero();
  }

  @Test
  void aRefusedMessageFailsTheWhole() {
    rig.send("in", "a", "b");
    TestConsumer consumer = consumer("in", 2);
    long transaction = coordinator.declare();
    publisher.send("out", "1", transaction);
    consumer.settle(0, Outcome.ACCEPTED, true, transaction);
    publisher.send("nowhere", "2", transaction);
    publisher.send("out", "3", transaction);
    consumer.settle(1, Outcome.ACCEPTED, true, transaction);
    rig.settle();
    assertThat(publisher.refusals()).containsExactly(Code.NOT_FOUND, Code.TRANSACTION_ROLLBACK);
    NodeError error = coordinator.commit(transaction);
    assertThat(code(error)).isEqualTo(Code.TRANSACTION_ROLLBACK);
    assertThat(error.description()).contains("nowhere");
    assertThat(rig.messages("out")).isZero();
    assertThat(texts("in")).containsExactly("a", "b");
    long failed = coordinator.declare();
    publisher.send("nowhere", "4", failed);
    assertThat(coordinator.rollBack(failed)).as("as it was asked for").isNull();
  }

  @Test
  void whatTheEdgeHasRefusedFailsTheWholeToo() {
    long transaction = coordinator.declare();
    publisher.send("out", "1", transaction);
    rig.submit(new OwnerCommand.FailTransaction(Rig.peer(), transaction, "not their business"));
    rig.submit(new OwnerCommand.FailTransaction(coordinator.peer, transaction, "malformed"));
    rig.submit(new OwnerCommand.FailTransaction(coordinator.peer, 999, "unknown"));
    NodeError error = coordinator.commit(transaction);
    assertThat(code(error)).isEqualTo(Code.TRANSACTION_ROLLBACK);
    assertThat(error.description()).contains("malformed");
    assertThat(rig.messages("out")).isZero();
  }

  @Test
  void theLossOfTheCoordinatorRollsBack() {
    rig.send("in", "a", "b");
    TestConsumer consumer = consumer("in", 2);
    TestCoordinator second = new TestCoordinator(rig, coordinator.peer);
    long lost = second.declare();
    long kept = coordinator.declare();
    publisher.send("out", "lost", lost);
    publisher.send("out", "kept", kept);
    consumer.settle(0, Outcome.ACCEPTED, true, lost);
    second.close();
    rig.settle();
    assertThat(code(coordinator.commit(lost))).isEqualTo(Code.UNKNOWN_TRANSACTION);
    assertThat(coordinator.commit(kept)).isNull();
    assertThat(texts("out")).containsExactly("kept");
    assertThat(texts("in")).containsExactly("a");
    assertThat(rig.info("in").unsettled()).isEqualTo(1);
  }

  @Test
  void aConsumerMayLeaveBeforeTheEnd() {
    rig.send("in", "a", "b", "c", "d");
    long commits = coordinator.declare();
    long rollsBack = coordinator.declare();
    TestConsumer consumer = consumer("in", 4);
    consumer.settle(0, Outcome.ACCEPTED, true, commits);
    consumer.settle(1, Outcome.ACCEPTED, false, commits);
    consumer.settle(2, Outcome.ACCEPTED, true, rollsBack);
    consumer.settle(3, Outcome.ACCEPTED, false, rollsBack);
    consumer.close();
    rig.settle();
    assertThat(rig.info("in").unsettled()).isEqualTo(4);
    assertThat(coordinator.commit(commits)).isNull();
    assertThat(coordinator.rollBack(rollsBack)).isNull();
    assertThat(texts("in")).containsExactly("c", "d");
    assertThat(rig.info("in").unsettled()).isZero();
  }

  @Test
  void aPublisherMayLeaveBeforeTheEnd() {
    long transaction = coordinator.declare();
    publisher.send("out", "1", transaction);
    publisher.close();
    assertThat(coordinator.commit(transaction)).isNull();
    assertThat(texts("out")).containsExactly("1");
  }

  @Test
  void aNodeThatIsGoneAtTheCommitRollsBack() {
    rig.send("in", "a");
    TestConsumer consumer = consumer("in", 1);
    long transaction = coordinator.declare();
    publisher.send("log", "1", transaction);
    publisher.send("out", "2", transaction);
    consumer.settle(0, Outcome.ACCEPTED, true, transaction);
    rig.settle();
    rig.get(rig.admin.deleteQueue(Rig.ADMIN, "out"));
    rig.create("out");
    NodeError error = coordinator.commit(transaction);
    assertThat(code(error)).isEqualTo(Code.TRANSACTION_ROLLBACK);
    assertThat(error.description()).contains("out has been deleted");
    assertThat(rig.messages("log") + rig.messages("out")).isZero();
    assertThat(texts("in")).containsExactly("a");
  }

  @Test
  void whatWentWithItsQueueIsNotMissed() {
    rig.send("in", "a", "b");
    TestConsumer consumer = consumer("in", 2);
    long commits = coordinator.declare();
    long rollsBack = coordinator.declare();
    publisher.send("out", "1", commits);
    consumer.settle(0, Outcome.ACCEPTED, true, commits);
    consumer.settle(1, Outcome.ACCEPTED, true, rollsBack);
    rig.settle();
    rig.get(rig.admin.deleteQueue(Rig.ADMIN, "in"));
    assertThat(coordinator.commit(commits)).isNull();
    assertThat(coordinator.rollBack(rollsBack)).isNull();
    assertThat(texts("out")).containsExactly("1");
  }

  @Test
  void theBrokerStopping() {
    rig.send("in", "a");
    TestConsumer consumer = consumer("in", 1);
    long transaction = coordinator.declare();
    publisher.send("out", "1", transaction);
    consumer.settle(0, Outcome.ACCEPTED, true, transaction);
    rig.settle();
    rig.body.shutDown();
    rig.edgeRuns();
    assertThat(code(coordinator.closed)).isEqualTo(Code.FORCED);
    rig.store.killAndReopen();
    rig.boot(rig.store);
    assertThat(rig.messages("in")).isEqualTo(1);
    assertThat(rig.messages("out")).isZero();
  }
}
