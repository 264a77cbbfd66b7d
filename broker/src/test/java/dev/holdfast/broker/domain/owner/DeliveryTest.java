package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.Outcome;
import org.junit.jupiter.api.Test;

/** Who gets what, when, and what comes back. */
class DeliveryTest {
  private final Rig rig = new Rig();

  private TestConsumer consumer(String queue, long credit) {
    TestConsumer consumer = new TestConsumer(rig).open(queue).flow(credit);
    rig.settle();
    return consumer;
  }

  @Test
  void deliversInOrderAndNotBeyondCredit() {
    rig.create("q");
    rig.send("q", "a", "b", "c", "d");
    TestConsumer consumer = consumer("q", 3);
    assertThat(consumer.opened.address()).isEqualTo("q");
    assertThat(consumer.take()).containsExactly("a", "b", "c");
    consumer.flow(4);
    rig.settle();
    assertThat(consumer.take()).containsExactly("d");
    assertThat(consumer.deliveries).allMatch(d -> d.firstAcquirer() && d.deliveryCount() == 0);
    assertThat(rig.info("q").unsettled()).isEqualTo(4);
    assertThat(rig.info("q").messages()).isEqualTo(4);
  }

  @Test
  void theDeliveryThatCrossesTheByteLimitIsTheLast() {
    rig.create("q");
    rig.send("q", "aaaa", "bbbb", "cccc");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(10, 5, false);
    rig.settle();
    assertThat(consumer.take()).containsExactly("aaaa", "bbbb");
    consumer.flow(10, 9, false);
    rig.settle();
    assertThat(consumer.take()).containsExactly("cccc");
  }

  @Test
  void consumersWithCreditTakeTurns() {
    rig.create("q");
    TestConsumer one = consumer("q", 10);
    TestConsumer two = consumer("q", 10);
    TestConsumer none = consumer("q", 0);
    rig.send("q", "a", "b", "c", "d", "e");
    assertThat(one.take()).containsExactly("a", "c", "e");
    assertThat(two.take()).containsExactly("b", "d");
    assertThat(none.take()).isEmpty();
  }

  @Test
  void anAcceptedMessageIsGoneForGood() {
    rig.create("q");
    rig.send("q", "a", "b");
    TestConsumer consumer = consumer("q", 10);
    consumer.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(consumer.stored).containsExactly(consumer.deliveries.get(0));
    assertThat(rig.messages("q")).isEqualTo(1);
    rig.store.killAndReopen();
    rig.boot(rig.store);
    assertThat(consumer("q", 10).take()).containsExactly("b");
  }

  @Test
  void aSecondOutcomeAndAnOutcomeOfAnotherLinkAreIgnored() {
    rig.create("q");
    rig.send("q", "a");
    TestConsumer consumer = consumer("q", 1);
    TestConsumer other = consumer("q", 0);
    other.settle(consumer.deliveries.get(0), Outcome.ACCEPTED);
    rig.settle();
    assertThat(rig.messages("q")).isEqualTo(1);
    consumer.settle(0, Outcome.ACCEPTED);
    consumer.settle(0, Outcome.RELEASED);
    rig.settle();
    consumer.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(consumer.stored).hasSize(1);
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void aReleasedMessageGoesBackToItsPlaceAndCostsNothing() {
    rig.create("q");
    rig.send("q", "a", "b", "c", "d");
    TestConsumer consumer = consumer("q", 3);
    consumer.settle(1, Outcome.RELEASED);
    consumer.settle(0, Outcome.RELEASED);
    rig.settle();
    consumer.take();
    TestConsumer next = consumer("q", 4);
    assertThat(next.take()).containsExactly("a", "b", "d");
    assertThat(next.deliveries.get(0).deliveryCount()).isZero();
    assertThat(next.deliveries.get(0).firstAcquirer()).isFalse();
    assertThat(next.deliveries.get(2).firstAcquirer()).isTrue();
  }

  @Test
  void aFailedDeliveryCountsAndTheCountSurvivesARestart() {
    rig.create("q");
    rig.send("q", "a", "b");
    TestConsumer consumer = consumer("q", 1);
    consumer.settle(0, new Outcome.Modified(true, false));
    consumer.flow(2);
    rig.settle();
    assertThat(consumer.take()).containsExactly("a", "a");
    assertThat(consumer.deliveries.get(1).deliveryCount()).isEqualTo(1);
    rig.store.killAndReopen();
    rig.boot(rig.store);
    TestConsumer later = consumer("q", 2);
    assertThat(later.take()).containsExactly("a", "b");
    assertThat(later.deliveries.get(0).deliveryCount()).isEqualTo(1);
    assertThat(later.deliveries.get(0).firstAcquirer()).isFalse();
    assertThat(later.deliveries.get(1).deliveryCount()).isZero();
  }

  @Test
  void undeliverableHereMeansNeverAgainToThisConsumer() {
    rig.create("q");
    rig.send("q", "a", "b");
    TestConsumer picky = consumer("q", 1);
    picky.settle(0, new Outcome.Modified(false, true));
    picky.flow(10);
    rig.settle();
    assertThat(picky.take()).containsExactly("a", "b");
    assertThat(rig.info("q").messages()).isEqualTo(2);
    TestConsumer other = consumer("q", 5);
    assertThat(other.take()).containsExactly("a");
    other.settle(0, Outcome.RELEASED);
    rig.settle();
    assertThat(picky.take()).isEmpty();
    assertThat(other.take()).containsExactly("a");
  }

  @Test
  void aShunnedMessageIsForEverybodyOnceItsConsumerHasGone() {
    rig.create("q");
    rig.send("q", "a");
    TestConsumer picky = consumer("q", 1);
    picky.settle(0, new Outcome.Modified(false, true));
    picky.close();
    rig.settle();
    assertThat(consumer("q", 1).take()).containsExactly("a");
  }

  @Test
  void aLostLinkAppliesTheDefaultOutcomeInPlace() {
    rig.create("q");
    rig.send("q", "a", "b", "c");
    TestConsumer lost = consumer("q", 2);
    TestConsumer kind = new TestConsumer(rig);
    kind.defaultOutcome = Outcome.RELEASED;
    kind.open("q").flow(1);
    rig.settle();
    lost.close();
    kind.close();
    rig.settle();
    TestConsumer next = consumer("q", 10);
    assertThat(next.take()).containsExactly("a", "b", "c");
    assertThat(next.deliveries).extracting(d -> d.deliveryCount()).containsExactly(1, 1, 0);
  }

  @Test
  void preSettledDeliveriesAreGoneWhenHandedOut() {
    rig.create("q");
    rig.send("q", "a", "b");
    TestConsumer consumer = new TestConsumer(rig).open("q", true, Rig.ADMIN).flow(1);
    rig.settle();
    assertThat(consumer.take()).containsExactly("a");
    assertThat(rig.messages("q")).isEqualTo(1);
    consumer.close();
    rig.settle();
    assertThat(consumer("q", 5).take()).containsExactly("b");
  }

  @Test
  void aDrainIsAnsweredAfterWhatThereIs() {
    rig.create("q");
    rig.send("q", "a", "b");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(10, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(consumer.take()).containsExactly("a", "b");
    assertThat(consumer.drained).containsExactly(0L);
    rig.send("q", "c");
    assertThat(consumer.take()).isEmpty();
    consumer.flow(3, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(consumer.take()).containsExactly("c");
    assertThat(consumer.drained).hasSize(2);
  }

  @Test
  void aDrainAtTheLimitTellsWhatIsLeft() {
    rig.create("q");
    rig.send("q", "a", "b", "c");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(consumer.take()).containsExactly("a");
    assertThat(consumer.drained).containsExactly(2L);
  }

  @Test
  void anEmptyQueueDrainsAtOnce() {
    rig.create("q");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(5, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(consumer.drained).containsExactly(0L);
  }

  @Test
  void nothingIsDeliveredBeforeItIsCommitted() {
    rig.create("q");
    TestConsumer consumer = consumer("q", 5);
    rig.store.failCommit(1, dev.holdfast.storage.FaultyMessageStore.Failure.BEFORE_APPLYING);
    TestPublisher publisher = new TestPublisher(rig).open("q");
    publisher.send("lost");
    rig.settle();
    assertThat(publisher.accepted()).isEmpty();
    assertThat(consumer.take()).isEmpty();
  }
}
