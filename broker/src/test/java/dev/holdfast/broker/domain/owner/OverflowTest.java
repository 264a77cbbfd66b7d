package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.RetryPolicy;
import org.junit.jupiter.api.Test;

/** What happens to messages that do not fit. */
class OverflowTest {
  private static final Handling HANDLING = new Handling(RetryPolicy.atOnce(10), 0, "");

  private final Rig rig = new Rig();
  private final TimeRig time = new TimeRig(rig);

  private void create(long maxMessages, long maxBytes, Overflow overflow) {
    time.create(HANDLING, Lifetime.DEFAULT, new Limits(maxMessages, maxBytes, overflow));
  }

  private TestPublisher publish(String... texts) {
    TestPublisher publisher = new TestPublisher(rig).open("q");
    for (String text : texts) {
      publisher.send(text);
    }
    rig.settle();
    return publisher;
  }

  @Test
  void refusesExactlyWhatDoesNotFit() {
    create(3, 0, Overflow.REJECT);
    TestPublisher publisher = publish("a", "b", "c", "d", "e");
    assertThat(publisher.accepted()).containsExactly("a", "b", "c");
    assertThat(publisher.refusals())
        .containsOnly(NodeError.Code.RESOURCE_LIMIT_EXCEEDED)
        .hasSize(2);
    assertThat(rig.messages("q")).isEqualTo(3);
  }

  @Test
  void countsWhatIsOutAndWhatWaits() {
    create(3, 0, Overflow.REJECT);
    rig.send("q", "a");
    TestConsumer consumer = time.consumer(1);
    time.sendDelayed("b", 1_000);
    TestPublisher publisher = publish("c", "d");
    assertThat(publisher.accepted()).containsExactly("c");
    consumer.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(publish("e", "f").accepted()).containsExactly("e");
  }

  @Test
  void countsBytesToTheLastOne() {
    create(0, 10, Overflow.REJECT);
    assertThat(publish("12345", "123456", "12345", "1").accepted())
        .containsExactly("12345", "12345");
  }

  @Test
  void countsWhatATransactionBringsTogether() {
    create(2, 0, Overflow.REJECT);
    Peer peer = Rig.peer();
    TestCoordinator coordinator = new TestCoordinator(rig, peer);
    long transaction = coordinator.declare();
    TestPublisher publisher = new TestPublisher(rig);
    publisher.peer = peer;
    publisher.open("q");
    for (String text : new String[] {"a", "b", "c"}) {
      publisher.send("", text, transaction);
    }
    rig.settle();
    assertThat(coordinator.commit(transaction).code())
        .isEqualTo(NodeError.Code.TRANSACTION_ROLLBACK);
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void blocksUntilThereIsRoomAndKeepsTheOrder() {
    create(2, 0, Overflow.BLOCK);
    TestPublisher first = publish("a", "b", "c");
    TestPublisher second = publish("d");
    assertThat(first.answers).hasSize(2);
    assertThat(second.answers).isEmpty();
    TestConsumer consumer = time.consumer(1);
    consumer.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(first.accepted()).containsExactly("a", "b", "c");
    assertThat(second.answers).isEmpty();
    consumer.flow(10);
    rig.settle();
    consumer.settle(1, Outcome.ACCEPTED);
    consumer.settle(2, Outcome.ACCEPTED);
    rig.settle();
    assertThat(second.accepted()).containsExactly("d");
    assertThat(consumer.take()).containsExactly("a", "b", "c", "d");
  }

  @Test
  void whatWaitsForRoomGoesWithItsLinkAndIsAnswered() {
    create(1, 0, Overflow.BLOCK);
    TestPublisher publisher = publish("a", "b");
    publisher.close();
    rig.settle();
    assertThat(publisher.answers).hasSize(2);
    assertThat(publisher.refusals()).containsExactly(NodeError.Code.FORCED);
    time.consumer(5).settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void managementIsRefusedInsteadOfWaiting() {
    create(1, 0, Overflow.BLOCK);
    rig.send("q", "a");
    assertThat(
            catchThrowableOfType(
                    NodeException.class,
                    () -> rig.get(rig.admin.publish(Rig.ADMIN, "q", Rig.message("b"))))
                .error()
                .code())
        .isEqualTo(NodeError.Code.RESOURCE_LIMIT_EXCEEDED);
  }

  @Test
  void theOldestAreDroppedForNewerOnes() {
    create(3, 0, Overflow.DROP_OLDEST);
    assertThat(publish("a", "b", "c", "d", "e").accepted()).hasSize(5);
    assertThat(time.peek("q")).containsExactly("c", "d", "e");
    assertThat(rig.info("q").displaced()).isEqualTo(2);
    assertThat(rig.messages(TimeRig.DEAD)).isZero();
    time.restart();
    assertThat(time.peek("q")).containsExactly("c", "d", "e");
  }

  @Test
  void theOldestAreDeadLetteredForNewerOnes() {
    create(2, 0, Overflow.DEAD_LETTER_OLDEST);
    publish("a", "b", "c");
    assertThat(time.peek("q")).containsExactly("b", "c");
    assertThat(time.peek(TimeRig.DEAD)).containsExactly("a");
    assertThat(time.onlyDeath().reason()).isEqualTo(DeadLetterReason.OVERFLOW);
  }

  @Test
  void whatIsOutAtAConsumerIsNotTakenAway() {
    create(2, 0, Overflow.DROP_OLDEST);
    rig.send("q", "a");
    TestConsumer consumer = time.consumer(1);
    publish("b", "c");
    assertThat(time.peek("q")).containsExactly("a", "c");
    consumer.flow(10);
    rig.settle();
    assertThat(consumer.take()).containsExactly("a", "c");
  }

  @Test
  void oneThatIsFullOfWhatIsOutTakesALittleMoreAndNoEnd() {
    create(10, 0, Overflow.DROP_OLDEST);
    for (int i = 0; i < 10; i++) {
      rig.send("q", "m" + i);
    }
    TestConsumer consumer = time.consumer(1_000);
    TestPublisher publisher = new TestPublisher(rig).open("q");
    for (int i = 0; i < 300; i++) {
      publisher.send("x" + i);
      rig.settle();
    }
    assertThat(publisher.accepted().size()).isBetween(1, 200);
    assertThat(publisher.refusals()).isNotEmpty();
    assertThat(consumer.closed).isNull();
  }

  @Test
  void aLowerLimitHoldsAtOnce() {
    create(0, 0, Overflow.DROP_OLDEST);
    rig.send("q", "a", "b", "c");
    rig.get(
        rig.admin.editQueue(
            Rig.ADMIN,
            "q",
            before ->
                new QueueDefinition(
                    before.name(),
                    before.maxMessageBytes(),
                    before.handling(),
                    before.lifetime(),
                    new Limits(1, 0, Overflow.DROP_OLDEST),
                    before.idempotency(),
                    before.serving())));
    assertThat(time.peek("q")).containsExactly("c");
    time.restart();
    assertThat(rig.info("q").definition().limits())
        .isEqualTo(new Limits(1, 0, Overflow.DROP_OLDEST));
  }

  @Test
  void whatWasToGoWhenTheProcessDiedGoesAfterwards() {
    create(2, 0, Overflow.DROP_OLDEST);
    rig.send("q", "a", "b");
    TestPublisher publisher = new TestPublisher(rig).open("q");
    publisher.send("c");
    while (publisher.answers.isEmpty()) {
      rig.turn();
    }
    rig.store.killAndReopen();
    assertThat(rig.store.view().log(1).cursor(Queue.CURSOR).messages()).isEqualTo(3);
    rig.boot(rig.store);
    rig.settle();
    assertThat(time.peek("q")).containsExactly("b", "c");
  }

  @Test
  void whatComesBackIsTheOldest() {
    create(3, 0, Overflow.DROP_OLDEST);
    publish("a", "b", "c");
    TestConsumer consumer = time.consumer(1);
    publish("d");
    assertThat(time.peek("q")).containsExactly("a", "c", "d");
    consumer.settle(0, Outcome.RELEASED);
    consumer.close();
    rig.settle();
    publish("e");
    assertThat(time.peek("q")).containsExactly("c", "d", "e");
  }

  @Test
  void whatComesBackToAFullQueueHasToGo() {
    create(2, 0, Overflow.DROP_OLDEST);
    publish("a", "b");
    TestConsumer consumer = time.consumer(3);
    publish("c");
    assertThat(rig.messages("q")).isEqualTo(3);
    consumer.close();
    rig.settle();
    time.advance(500);
    assertThat(rig.messages("q")).isEqualTo(2);
  }

  private TestPublisher prioritised(int... priorities) {
    rig.get(
        rig.admin.createQueue(
            Rig.ADMIN,
            new QueueDefinition(
                "q",
                1 << 20,
                HANDLING,
                Lifetime.DEFAULT,
                new Limits(3, 0, Overflow.DROP_OLDEST),
                IdempotencyPolicy.DEFAULT,
                new QueueDefinition.Serving(false, true))));
    TestPublisher publisher = new TestPublisher(rig).open("q");
    for (int i = 0; i < priorities.length; i++) {
      send(publisher, i, priorities[i]);
      rig.settle();
    }
    return publisher;
  }

  /** The first one is {@code a}. */
  private static void send(TestPublisher publisher, int number, int priority) {
    byte[] body = {(byte) ('a' + number)};
    publisher.send("", new IncomingMessage(true, (byte) priority, -1, 0, 0, body), number);
  }

  @Test
  void lowPrioritiesGoFirstThoughTheyCameLater() {
    TestPublisher unused = prioritised(9, 9, 9, 9, 0, 9);
    assertThat(time.peek("q")).containsExactly("c", "d", "f");
  }

  @Test
  void oneThatComesWhileRoomIsBeingMadeGoesFirstToo() {
    TestPublisher publisher = prioritised(9, 9, 9);
    send(publisher, 3, 9);
    send(publisher, 4, 9);
    while (rig.reads.isEmpty()) {
      rig.turn();
    }
    rig.reads.remove().run();
    // The next turn lets two go, and this one is one too many again.
    send(publisher, 5, 0);
    rig.settle();
    assertThat(time.peek("q")).containsExactly("c", "d", "e");
  }
}
