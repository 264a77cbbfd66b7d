package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.deadletter.Backoff;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.deadletter.RetryPolicy;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A failed message comes back after a while, and is in nobody's way meanwhile. */
class RetryTest {
  private static final Outcome FAILED = new Outcome.Modified(true, false);
  private static final RetryPolicy STEADY =
      new RetryPolicy(4, new Backoff(1_000, 2, 300_000, 0), RetryPolicy.COUNTED_BY_DEFAULT);

  private final Rig rig = new Rig();
  private final TimeRig time = new TimeRig(rig);

  @Test
  void waitsLongerEachTimeAndLetsOthersPass() {
    time.create(STEADY);
    rig.send("q", "poison", "b");
    TestConsumer consumer = time.consumer(100);
    assertThat(consumer.take()).containsExactly("poison", "b");
    consumer.settle(0, FAILED);
    rig.settle();
    rig.send("q", "c");
    assertThat(consumer.take()).containsExactly("c");
    time.advance(999);
    assertThat(consumer.take()).isEmpty();
    time.advance(1);
    assertThat(consumer.take()).containsExactly("poison");
    consumer.settle(3, FAILED);
    rig.settle();
    time.advance(1_999);
    assertThat(consumer.take()).isEmpty();
    time.advance(1);
    assertThat(consumer.take()).containsExactly("poison");
    assertThat(consumer.deliveries.get(4).deliveryCount()).isEqualTo(2);
    assertThat(consumer.deliveries.get(4).firstAcquirer()).isFalse();
  }

  @Test
  void theDeadLetterKnowsWhenItFailedFirstAndLast() {
    time.create(STEADY);
    rig.send("q", "a");
    TestConsumer consumer = time.consumer(100);
    long first = rig.clock.millis();
    for (int i = 0; i < 4; i++) {
      consumer.settle(i, FAILED);
      rig.settle();
      time.advance(10_000);
      if (i == 1) {
        time.restart();
        consumer = time.consumer(100);
        consumer.deliveries.add(0, consumer.deliveries.get(0));
        consumer.deliveries.add(0, consumer.deliveries.get(0));
      }
    }
    DeathRecord record = time.onlyDeath();
    assertThat(record.reason()).isEqualTo(DeadLetterReason.MAX_DELIVERIES);
    assertThat(record.failures())
        .isEqualTo(new DeathRecord.Failures(4, first, first + 30_000, "uid:1"));
  }

  @Test
  void aRestartDoesNotShortenTheWait() {
    time.create(STEADY);
    rig.send("q", "a", "b", "c");
    TestConsumer consumer = time.consumer(2);
    consumer.settle(0, FAILED);
    consumer.settle(1, Outcome.RELEASED);
    rig.settle();
    time.restart();
    TestConsumer next = time.consumer(100);
    assertThat(next.take()).containsExactly("b", "c");
    time.advance(999);
    assertThat(next.take()).isEmpty();
    time.advance(1);
    assertThat(next.take()).containsExactly("a");
    assertThat(next.deliveries.get(2).deliveryCount()).isEqualTo(1);
  }

  @Test
  void theConsumerChoosesTheMoment() {
    time.create(STEADY);
    rig.send("q", "a", "b");
    TestConsumer consumer = time.consumer(100);
    consumer.settle(0, new Outcome.Modified(true, false, rig.clock.millis() + 50, null));
    consumer.settle(1, new Outcome.Modified(false, false, rig.clock.millis() + 70, null));
    rig.settle();
    consumer.take();
    time.advance(50);
    assertThat(consumer.take()).containsExactly("a");
    assertThat(consumer.deliveries.get(2).deliveryCount()).isEqualTo(1);
    time.advance(20);
    assertThat(consumer.take()).containsExactly("b");
    assertThat(consumer.deliveries.get(3).deliveryCount()).isZero();
  }

  @Test
  void whoAskedNotToGetItAgainDoesNotGetItLater() {
    time.create(STEADY);
    rig.send("q", "a");
    TestConsumer consumer = time.consumer(100);
    consumer.settle(0, new Outcome.Modified(true, true));
    rig.settle();
    time.advance(2_000);
    assertThat(consumer.take()).containsExactly("a");
    TestConsumer other = time.consumer(1);
    assertThat(other.take()).containsExactly("a");
  }

  @Test
  void aLostLinkCostsADeliveryButNoTime() {
    time.create(STEADY);
    rig.send("q", "a", "b");
    TestConsumer consumer = time.consumer(2);
    consumer.close();
    rig.settle();
    TestConsumer other = time.consumer(2);
    assertThat(other.take()).containsExactly("a", "b");
    assertThat(other.deliveries.get(0).deliveryCount()).isEqualTo(1);
  }

  @Test
  void aDrainIsAnsweredWhileSomethingWaits() {
    time.create(STEADY);
    rig.send("q", "a");
    TestConsumer consumer = time.consumer(1);
    consumer.settle(0, FAILED);
    rig.settle();
    consumer.flow(2, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(consumer.drained).containsExactly(0L);
  }

  @Test
  void aMessageThatExpiresWhileItWaitsIsADeadLetter() {
    time.create(STEADY);
    time.sendTtl("a", 500);
    TestConsumer consumer = time.consumer(10);
    consumer.settle(0, FAILED);
    rig.settle();
    time.advance(500);
    assertThat(time.onlyDeath().reason()).isEqualTo(DeadLetterReason.EXPIRED);
    assertThat(time.onlyDeath().failures().count()).isEqualTo(1);
    time.advance(5_000);
    assertThat(consumer.take()).containsExactly("a");
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void purgedWhileItWaitsItDoesNotComeBack() {
    time.create(STEADY);
    rig.send("q", "a", "b");
    TestConsumer consumer = time.consumer(2);
    consumer.settle(0, FAILED);
    rig.settle();
    assertThat(rig.get(rig.admin.purgeQueue(Rig.ADMIN, "q"))).isEqualTo(1);
    consumer.flow(10);
    time.advance(5_000);
    assertThat(consumer.take()).containsExactly("a", "b");
  }

  @Test
  void aFailedCommitKeepsTheWait() {
    time.create(STEADY);
    rig.send("q", "a", "b");
    TestConsumer consumer = time.consumer(5);
    consumer.settle(0, FAILED);
    rig.settle();
    rig.store.failCommit(1, dev.holdfast.storage.FaultyMessageStore.Failure.BEFORE_APPLYING);
    consumer.settle(1, FAILED);
    rig.settle();
    consumer.take();
    time.advance(999);
    assertThat(consumer.take()).isEmpty();
    time.advance(1);
    assertThat(consumer.take()).containsExactly("a", "b");
  }

  @Test
  void whatTheConsumerAddedGoesWithTheMessage() {
    time.create(
        new RetryPolicy(2, new Backoff(1_000, 2, 300_000, 0), RetryPolicy.COUNTED_BY_DEFAULT));
    rig.send("q", "a");
    TestConsumer consumer = time.consumer(100);
    consumer.settle(0, new Outcome.Modified(true, false, 0, new byte[] {7}));
    rig.settle();
    time.advance(1_000);
    assertThat(consumer.deliveries.get(1).annotations()).containsExactly(7);
    consumer.settle(1, new Outcome.Modified(true, false, 0, new byte[] {8}));
    rig.settle();
    time.restart();
    TestConsumer undertaker = new TestConsumer(rig).open(TimeRig.DEAD).flow(1);
    rig.settle();
    assertThat(undertaker.deliveries.get(0).annotations()).containsExactly(8);
  }

  @Test
  void onlyItsGroupWaitsWithAMessage() {
    time.create(STEADY);
    time.send(grouped("a1", "a"));
    time.send(grouped("a2", "a"));
    time.send(grouped("b1", "b"));
    TestConsumer consumer = time.consumer(1);
    consumer.settle(0, FAILED);
    rig.settle();
    consumer.flow(100);
    rig.settle();
    assertThat(consumer.take()).containsExactly("a1", "b1");
    time.advance(1_000);
    assertThat(consumer.take()).containsExactly("a1", "a2");
    consumer.settle(2, FAILED);
    rig.settle();
    time.restart();
    TestConsumer next = time.consumer(100);
    assertThat(next.take()).as("a2 is behind a1").containsExactly("b1");
    time.advance(2_000);
    assertThat(next.take()).containsExactly("a1", "a2");
  }

  private static IncomingMessage grouped(String text, String group) {
    return new IncomingMessage(
        true,
        (byte) 4,
        -1,
        0,
        0,
        text.getBytes(StandardCharsets.UTF_8),
        new IncomingMessage.Marks(group, 0, 0, null, null, 0));
  }
}
