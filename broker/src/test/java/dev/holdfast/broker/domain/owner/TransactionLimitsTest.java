package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.TransactionFixture.code;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.Permission;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeError.Code;
import dev.holdfast.broker.domain.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What transactions may hold, how long, and who may discharge them. */
class TransactionLimitsTest {
  private static final Outcome REJECTED = new Outcome.Rejected("app:no", "does not fit");
  private static final TransactionLimits LIMITS =
      new TransactionLimits(3, 10, 2_000, 3_000, 60_000);

  private final TransactionFixture fixture = new TransactionFixture(LIMITS);
  private final Rig rig = fixture.rig;
  private final TestCoordinator coordinator = fixture.coordinator;
  private final TestPublisher publisher = fixture.publisher;

  private TestConsumer consumer(int credit) {
    return fixture.consumer(credit);
  }

  @Test
  void aConnectionHasSoManyOpenTransactions() {
    List<Long> open = List.of(coordinator.declare(), coordinator.declare(), coordinator.declare());
    TestCoordinator same = new TestCoordinator(rig, coordinator.peer);
    Object refused = same.tryDeclare();
    rig.settle();
    assertThat(code(same.refused.get(refused))).isEqualTo(Code.RESOURCE_LIMIT_EXCEEDED);
    assertThat(new TestCoordinator(rig).declare()).as("another connection").isPositive();
    assertThat(coordinator.commit(open.get(1))).isNull();
    assertThat(same.declare()).isPositive();
    same.close();
    assertThat(coordinator.declare()).as("lost ones do not count").isPositive();
  }

  @Test
  void aTransactionHasSoManyOperations() {
    rig.send("in", "a");
    TestConsumer consumer = consumer(1);
    long transaction = coordinator.declare();
    consumer.settle(0, Outcome.ACCEPTED, true, transaction);
    for (int i = 0; i < 11; i++) {
      publisher.send("out", "m" + i, transaction);
    }
    rig.settle();
    assertThat(publisher.accepted()).hasSize(9);
    assertThat(publisher.refusals())
        .containsExactly(Code.RESOURCE_LIMIT_EXCEEDED, Code.TRANSACTION_ROLLBACK);
    assertThat(code(coordinator.commit(transaction))).isEqualTo(Code.TRANSACTION_ROLLBACK);
    assertThat(rig.messages("out")).isZero();
    assertThat(rig.info("in").unsettled()).isZero();
    assertThat(rig.messages("in")).isEqualTo(1);
  }

  @Test
  void anOutcomeTooMuchFailsTheTransactionToo() {
    String[] texts = "a b c d e f g h i j k".split(" ");
    rig.send("in", texts);
    TestConsumer consumer = consumer(11);
    long transaction = coordinator.declare();
    for (int i = 0; i < 11; i++) {
      consumer.settle(i, Outcome.ACCEPTED, true, transaction);
    }
    assertThat(code(coordinator.commit(transaction))).isEqualTo(Code.TRANSACTION_ROLLBACK);
    TestConsumer next = consumer(20);
    assertThat(next.texts).containsExactly(texts);
  }

  @Test
  void transactionsHoldSoManyBytes() {
    long first = coordinator.declare();
    long second = coordinator.declare();
    publisher.send("out", "x".repeat(1_700), first);
    publisher.send("out", "y".repeat(700), second);
    publisher.send("out", "z".repeat(700), second);
    rig.settle();
    assertThat(publisher.refusals())
        .as("all together")
        .containsExactly(Code.RESOURCE_LIMIT_EXCEEDED);
    publisher.send("out", "v".repeat(400), first);
    rig.settle();
    assertThat(publisher.refusals())
        .as("one alone")
        .containsExactly(Code.RESOURCE_LIMIT_EXCEEDED, Code.RESOURCE_LIMIT_EXCEEDED);
    assertThat(code(coordinator.commit(first))).isEqualTo(Code.TRANSACTION_ROLLBACK);
    assertThat(coordinator.rollBack(second)).isNull();
    // Everything is given back: there is room for as much as before, again and again.
    for (int i = 0; i < 20; i++) {
      long next = coordinator.declare();
      publisher.send("out", "x".repeat(1_700), next);
      assertThat(i % 2 == 0 ? coordinator.commit(next) : coordinator.rollBack(next)).isNull();
    }
    assertThat(rig.messages("out")).isEqualTo(10);
  }

  @Test
  void whatIsMovedCountsWithItsBytes() {
    rig.send("in", "a".repeat(900), "b".repeat(900), "c".repeat(900));
    TestConsumer consumer = consumer(3);
    long transaction = coordinator.declare();
    for (int i = 0; i < 3; i++) {
      consumer.settle(i, Outcome.ACCEPTED, false, transaction);
    }
    for (int i = 0; i < 3; i++) {
      consumer.settle(i, REJECTED, false, transaction);
    }
    assertThat(code(coordinator.commit(transaction))).isEqualTo(Code.TRANSACTION_ROLLBACK);
    assertThat(rig.info("in").unsettled()).as("still the consumer's").isEqualTo(3);
    long smaller = coordinator.declare();
    consumer.settle(0, REJECTED, false, smaller);
    assertThat(coordinator.commit(smaller)).isNull();
    assertThat(rig.messages("in/$dead-letter")).isEqualTo(1);
  }

  @Test
  void aTransactionLargerThanABatchIsOneAllTheSame() {
    TransactionFixture wide =
        new TransactionFixture(new TransactionLimits(1, 100, 50_000, 50_000, 60_000));
    assertThat(wide.rig.settings.maxBatchBytes()).isEqualTo(4_000);
    assertThat(wide.rig.settings.maxBatchCommands()).isEqualTo(16);
    long transaction = wide.coordinator.declare();
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      sent.add("m".repeat(500) + i);
      wide.publisher.send("out", sent.get(i), transaction);
    }
    wide.rig.settle();
    long commits = wide.rig.store.commits();
    assertThat(wide.coordinator.commit(transaction)).isNull();
    assertThat(wide.rig.store.commits()).isEqualTo(commits + 1);
    TestConsumer reader = new TestConsumer(wide.rig).open("out").flow(60);
    wide.rig.settle();
    assertThat(reader.texts).isEqualTo(sent);
  }

  @Test
  void aTransactionThatIsLeftAloneIsRolledBack() {
    rig.send("in", "a");
    TestConsumer consumer = consumer(1);
    long empty = coordinator.declare();
    long left = coordinator.declare();
    publisher.send("out", "1", left);
    rig.settle();
    rig.clock.advance(LIMITS.idleMs() - 1);
    consumer.settle(0, Outcome.ACCEPTED, true, left);
    rig.settle();
    rig.clock.advance(LIMITS.idleMs() - 1);
    rig.settle();
    assertThat(rig.info("in").unsettled()).isEqualTo(1);
    assertThat(rig.body.wakeUpMs()).isLessThanOrEqualTo(rig.clock.millis() + 1);
    rig.clock.advance(1);
    rig.settle();
    assertThat(rig.info("in").unsettled()).isZero();
    publisher.send("out", "2", left);
    rig.settle();
    assertThat(publisher.refusals()).containsExactly(Code.TRANSACTION_TIMEOUT);
    assertThat(code(coordinator.commit(left))).isEqualTo(Code.TRANSACTION_TIMEOUT);
    rig.clock.advance(100 * LIMITS.idleMs());
    publisher.send("out", "3", empty);
    assertThat(coordinator.commit(empty)).as("time counts from the first work on").isNull();
    assertThat(rig.messages("out")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Permission.class,
      names = {"SEND", "RECEIVE"})
  void permissionIsAskedForAgain(Permission permission) {
    rig.send("in", "a");
    TestConsumer consumer = consumer(1);
    long transaction = coordinator.declare();
    publisher.send("out", "1", transaction);
    consumer.settle(0, Outcome.ACCEPTED, false, transaction);
    rig.settle();
    fixture.withdrawn.add(permission);
    NodeError error = coordinator.commit(transaction);
    assertThat(code(error)).isEqualTo(Code.TRANSACTION_ROLLBACK);
    assertThat(error.description()).contains("may not");
    fixture.withdrawn.clear();
    assertThat(rig.messages("out")).isZero();
    assertThat(rig.messages("in")).isEqualTo(1);
  }
}
