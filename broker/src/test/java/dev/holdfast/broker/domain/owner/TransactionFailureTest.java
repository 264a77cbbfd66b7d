package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.TransactionFixture.code;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.IncomingMessage.Marks;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeError.Code;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.storage.FaultyMessageStore.Failure;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of transactions when the store fails. */
class TransactionFailureTest {
  private static final Outcome REJECTED = new Outcome.Rejected("app:no", "does not fit");

  private final TransactionFixture fixture = new TransactionFixture(TransactionLimits.defaults());
  private final Rig rig = fixture.rig;
  private final TestCoordinator coordinator = fixture.coordinator;
  private final TestPublisher publisher = fixture.publisher;

  private TestConsumer consumer(int credit) {
    return fixture.consumer(credit);
  }

  @ParameterizedTest
  @EnumSource(Failure.class)
  void aFailedCommitIsAllOrNothing(Failure where) {
    rig.send("in", "a", "b", "c");
    TestConsumer consumer = consumer(3);
    TestPublisher plain = new TestPublisher(rig).open("out");
    long transaction = coordinator.declare();
    publisher.send("out", "1", transaction);
    consumer.settle(0, Outcome.ACCEPTED, true, transaction);
    consumer.settle(1, REJECTED, true, transaction);
    consumer.settle(2, Outcome.ACCEPTED, false, transaction);
    rig.settle();
    plain.send("2");
    rig.store.failCommit(1, where);
    NodeError error = coordinator.commit(transaction);
    assertThat(plain.refusals()).containsExactly(Code.INTERNAL);
    if (where == Failure.AFTER_APPLYING) {
      // It is on the disk, and acknowledgements cannot be taken back: so it is committed.
      assertThat(error).isNull();
      assertThat(rig.messages("out")).isEqualTo(1);
      assertThat(rig.messages("in")).isZero();
      assertThat(rig.messages("in/$dead-letter")).isEqualTo(1);
      assertThat(consumer.stored).containsExactly(consumer.deliveries.get(2));
    } else {
      assertThat(code(error)).isEqualTo(Code.TRANSACTION_ROLLBACK);
      assertThat(rig.messages("out")).isZero();
      assertThat(rig.messages("in")).isEqualTo(3);
      assertThat(rig.messages("in/$dead-letter")).isZero();
      assertThat(rig.info("in").unsettled()).as("the unsettled one").isEqualTo(1);
      assertThat(consumer.stored).isEmpty();
      TestConsumer next = consumer(3);
      assertThat(next.texts).containsExactly("a", "b");
    }
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    assertThat(rig.messages("out")).isEqualTo(error == null ? 1 : 0);
    assertThat(rig.messages("in")).isEqualTo(error == null ? 0 : 3);
  }

  @Test
  void manyFailuresInARowDecideOnce() {
    rig.send("in", "a");
    rig.send("in/$dead-letter", "d");
    TestConsumer consumer = consumer(1);
    long transaction = coordinator.declare();
    publisher.send("in/$dead-letter", "1", transaction);
    publisher.send("out", "1", transaction);
    rig.settle();
    // The moved message takes the number that the lost one would have had.
    consumer.settle(0, REJECTED);
    rig.store.failCommit(1, Failure.BEFORE_APPLYING);
    Object token = coordinator.discharge(transaction, false);
    rig.body.runOnce();
    rig.settle();
    assertThat(code(coordinator.discharged.get(token).orElse(null)))
        .isEqualTo(Code.TRANSACTION_ROLLBACK);
    assertThat(rig.messages("out")).isZero();
    assertThat(rig.messages("in/$dead-letter")).isEqualTo(2);
  }

  @Test
  void outcomesAloneAreWrittenUntilTheyAreStored() {
    rig.send("in", "a", "b");
    TestConsumer consumer = consumer(2);
    long transaction = coordinator.declare();
    consumer.settle(0, Outcome.ACCEPTED, true, transaction);
    consumer.settle(1, Outcome.RELEASED, true, transaction);
    rig.settle();
    rig.store.failCommit(1, Failure.BEFORE_APPLYING);
    assertThat(coordinator.commit(transaction)).isNull();
    assertThat(rig.messages("in")).isEqualTo(1);
  }

  @Test
  void aFullDiskIsSaidAtOnceAndAtTheCommit() {
    rig.send("in", "a");
    TestConsumer consumer = consumer(1);
    long full = coordinator.declare();
    long fills = coordinator.declare();
    publisher.send("out", "1", fills);
    consumer.settle(0, Outcome.ACCEPTED, true, fills);
    rig.settle();
    rig.store.diskFull(true);
    assertThat(code(coordinator.commit(fills))).isEqualTo(Code.TRANSACTION_ROLLBACK);
    publisher.send("out", "2", full);
    rig.settle();
    assertThat(publisher.refusals()).containsExactly(Code.RESOURCE_LIMIT_EXCEEDED);
    assertThat(rig.messages("out")).isZero();
    assertThat(rig.messages("in")).isEqualTo(1);
  }

  @Test
  void whatATransactionHoldsIsNotRefusedWithABatch() {
    long transaction = coordinator.declare();
    publisher.send("out", "held", transaction);
    publisher.send("out", Rig.message("stored"), "stored");
    rig.store.failCommit(1, Failure.BEFORE_APPLYING);
    rig.settle();
    assertThat(publisher.accepted()).containsExactly("held");
    assertThat(publisher.refusals()).containsExactly(Code.INTERNAL);
    assertThat(coordinator.commit(transaction)).isNull();
    assertThat(rig.messages("out")).isEqualTo(1);
  }

  private TestConsumer consumerWithoutBodies() {
    rig.send("in", "a".repeat(300), "b".repeat(300), "c".repeat(300));
    TestConsumer consumer = new TestConsumer(rig);
    consumer.peer = coordinator.peer;
    consumer.callsSent = true;
    consumer.open("in").flow(3);
    rig.settle();
    assertThat(((OutDelivery) consumer.deliveries.get(2)).messageIfKept()).isNull();
    return consumer;
  }

  @Test
  void bodiesAreReadBeforeTheCommit() {
    TestConsumer consumer = consumerWithoutBodies();
    long transaction = coordinator.declare();
    publisher.send("out", "1", transaction);
    for (int i = 0; i < 3; i++) {
      consumer.settle(i, REJECTED, true, transaction);
    }
    rig.settle();
    long commits = rig.store.commits();
    Object token = coordinator.discharge(transaction, false);
    rig.turn();
    assertThat(rig.reads).isNotEmpty();
    assertThat(rig.store.commits()).isEqualTo(commits);
    // What comes now is too late, and does no harm.
    publisher.send("out", "2", transaction);
    coordinator.close();
    rig.settle();
    assertThat(coordinator.discharged.get(token)).isEmpty();
    assertThat(rig.messages("out")).isEqualTo(1);
    assertThat(rig.messages("in")).isZero();
    assertThat(rig.messages("in/$dead-letter")).isEqualTo(3);
  }

  @Test
  void aQueueThatGoesWhileItsBodiesAreRead() {
    TestConsumer consumer = consumerWithoutBodies();
    long transaction = coordinator.declare();
    publisher.send("out", "1", transaction);
    consumer.settle(2, REJECTED, true, transaction);
    rig.submit(new OwnerCommand.Discharge(coordinator, transaction, false, "token"));
    rig.turn();
    rig.admin.deleteQueue(Rig.ADMIN, "in");
    rig.turn();
    rig.settle();
    assertThat(coordinator.discharged.get("token")).isEmpty();
    assertThat(rig.messages("out")).isEqualTo(1);
  }

  // ---- idempotency keys ----

  private NodeError commitKeyed(String key, String... bodies) {
    long transaction = coordinator.declare();
    for (String body : bodies) {
      Marks marks = new Marks(null, 0, 0, key, null, body.hashCode());
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      IncomingMessage message = new IncomingMessage(true, (byte) 4, -1, 0, 0, bytes, marks);
      rig.submit(new OwnerCommand.Publish(publisher, "out", message, body, true, transaction));
    }
    return coordinator.commit(transaction);
  }

  @Test
  void aKeyIsRememberedWithItsTransaction() {
    assertThat(commitKeyed("k", "one", "one")).isNull();
    assertThat(commitKeyed("k", "one")).isNull();
    assertThat(rig.messages("out")).isEqualTo(1);
    assertThat(code(commitKeyed("k", "two"))).isEqualTo(Code.TRANSACTION_ROLLBACK);
    assertThat(code(commitKeyed("other", "one", "two"))).isEqualTo(Code.TRANSACTION_ROLLBACK);
    assertThat(rig.messages("out")).isEqualTo(1);
    assertThat(commitKeyed("other", "two")).as("what was rolled back leaves no key").isNull();
    assertThat(rig.messages("out")).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Failure.class)
  void aKeySharesTheFateOfItsTransaction(Failure where) {
    rig.store.failCommit(1, where);
    NodeError error = commitKeyed("k", "one");
    assertThat(error == null).isEqualTo(where == Failure.AFTER_APPLYING);
    assertThat(commitKeyed("k", "one")).isNull();
    assertThat(rig.messages("out")).isEqualTo(1);
  }
}
