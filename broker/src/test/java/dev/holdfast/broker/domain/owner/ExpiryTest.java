package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.storage.FaultyMessageStore;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Messages end at the moment at which their time runs out, wherever they are. */
class ExpiryTest {
  private final Rig rig = new Rig();
  private final TimeRig time = new TimeRig(rig);

  @Test
  void endsAtItsMomentWithoutAnybodyLooking() {
    time.create(Lifetime.DEFAULT);
    time.sendTtl("late", 1_000);
    time.sendTtl("early", 500);
    rig.send("q", "stays");
    time.advance(499);
    assertThat(rig.messages("q")).isEqualTo(3);
    time.advance(1);
    assertThat(time.peek("q")).containsExactly("late", "stays");
    assertThat(rig.body.wakeUpMs()).isLessThanOrEqualTo(rig.clock.millis() + 500);
    time.advance(500);
    assertThat(time.peek("q")).containsExactly("stays");
    assertThat(time.peek(TimeRig.DEAD)).containsExactly("early", "late");
  }

  @Test
  void saysWhyAndKeepsNoExpiryAmongTheDead() {
    time.create(Lifetime.DEFAULT);
    time.sendTtl("a", 500);
    long sent = rig.clock.millis();
    time.advance(700);
    DeathRecord record = time.onlyDeath();
    assertThat(record.reason()).isEqualTo(DeadLetterReason.EXPIRED);
    assertThat(record.origin()).isEqualTo(new DeathRecord.Origin("q", 1, sent));
    assertThat(record.diedMs()).isEqualTo(sent + 700);
    assertThat(record.failures()).isEqualTo(new DeathRecord.Failures(0, 0, 0, ""));
    time.advance(1_000_000);
    assertThat(rig.messages(TimeRig.DEAD)).isEqualTo(1);
  }

  @Test
  void absoluteExpiryTimeCounts() {
    time.create(Lifetime.DEFAULT);
    byte[] body = "a".getBytes(StandardCharsets.UTF_8);
    time.send(new IncomingMessage(true, (byte) 4, -1, rig.clock.millis() + 300, 0, body));
    time.advance(299);
    assertThat(rig.messages("q")).isEqualTo(1);
    time.advance(1);
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void whatHasExpiredOnArrivalEndsAtOnce() {
    time.create(Lifetime.DEFAULT);
    TestConsumer consumer = time.consumer(5);
    time.sendTtl("a", 0);
    assertThat(consumer.take()).isEmpty();
    assertThat(rig.messages(TimeRig.DEAD)).isEqualTo(1);
  }

  @Test
  void nobodyIsGivenWhatHasExpiredWhileItIsBeingRead() {
    time.create(Lifetime.DEFAULT);
    time.sendTtl("a", 500);
    rig.send("q", "b");
    rig.clock.advance(500);
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(5);
    rig.turn();
    rig.turn();
    assertThat(consumer.take()).containsExactly("b");
    rig.settle();
    assertThat(rig.messages(TimeRig.DEAD)).isEqualTo(1);
    assertThat(rig.messages("q")).isEqualTo(1);
  }

  @Test
  void whatIsOutMayBeConsumedLateButDoesNotComeBack() {
    time.create(Lifetime.DEFAULT);
    time.sendTtl("a", 500);
    time.sendTtl("b", 500);
    TestConsumer consumer = time.consumer(5);
    time.advance(600);
    assertThat(rig.messages("q")).isEqualTo(2);
    consumer.settle(0, Outcome.ACCEPTED);
    consumer.settle(1, new Outcome.Modified(true, false));
    rig.settle();
    assertThat(consumer.take()).containsExactly("a", "b");
    assertThat(rig.messages("q")).isZero();
    DeathRecord record = time.onlyDeath();
    assertThat(record.reason()).isEqualTo(DeadLetterReason.EXPIRED);
    assertThat(record.failures().count()).isEqualTo(1);
    assertThat(record.failures().lastMs()).isEqualTo(rig.clock.millis());
  }

  @Test
  void aReleasedMessageThatIsStillFreshExpiresLater() {
    time.create(Lifetime.DEFAULT);
    time.sendTtl("a", 500);
    time.sendTtl("b", 100);
    TestConsumer consumer = time.consumer(5);
    time.advance(200);
    consumer.settle(0, Outcome.RELEASED);
    consumer.settle(1, Outcome.ACCEPTED);
    consumer.close();
    rig.settle();
    assertThat(rig.messages("q")).isEqualTo(1);
    time.advance(300);
    assertThat(rig.messages("q")).isZero();
    assertThat(rig.messages(TimeRig.DEAD)).isEqualTo(1);
  }

  @Test
  void theNodeHasADefaultAndAMaximum() {
    time.create(new Lifetime(1_000, 2_000, false, 0));
    rig.send("q", "default");
    time.sendTtl("short", 100);
    time.sendTtl("long", 5_000);
    time.advance(100);
    assertThat(time.peek("q")).containsExactly("default", "long");
    time.advance(900);
    assertThat(time.peek("q")).containsExactly("long");
    time.advance(1_000);
    assertThat(time.peek("q")).isEmpty();
  }

  @Test
  void theNodeMaySayDrop() {
    time.create(new Lifetime(0, 0, true, 0));
    time.sendTtl("a", 100);
    time.advance(100);
    assertThat(rig.messages("q")).isZero();
    assertThat(rig.messages(TimeRig.DEAD)).isZero();
  }

  @Test
  void aThousandOfOneChunkEndTogetherAndARestartFindsTheRest() {
    time.create(Lifetime.DEFAULT);
    TestPublisher publisher = new TestPublisher(rig).open("q");
    for (int i = 0; i < 1_000; i++) {
      byte[] body = ("m" + i).getBytes(StandardCharsets.UTF_8);
      publisher.send("", new IncomingMessage(true, (byte) 4, 100 + i % 3 * 100, 0, 0, body), i);
    }
    rig.settle();
    time.advance(100);
    assertThat(rig.messages(TimeRig.DEAD)).isEqualTo(334);
    time.restart();
    assertThat(rig.messages("q")).isEqualTo(666);
    time.advance(100);
    assertThat(rig.messages(TimeRig.DEAD)).isEqualTo(667);
    rig.clock.advance(1_000);
    time.restart();
    assertThat(rig.messages(TimeRig.DEAD)).isEqualTo(1_000);
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void eachSubscriptionHasItsOwnDeadLetters() {
    rig.topic("t");
    rig.subscribe("t", "one", null, StartFrom.LATEST);
    rig.subscribe("t", "two", null, StartFrom.LATEST);
    time.send(
        "t", new IncomingMessage(true, (byte) 4, 100, 0, 0, "a".getBytes(StandardCharsets.UTF_8)));
    TestConsumer one = new TestConsumer(rig).open("t::one").flow(5);
    rig.settle();
    one.settle(0, Outcome.ACCEPTED);
    rig.settle();
    time.advance(100);
    assertThat(rig.subscription("t::two").messages()).isZero();
    assertThat(time.peek("t::two/$dead-letter")).containsExactly("a");
    assertThat(rig.subscription("t::one").deadLetters()).isZero();
  }

  @Test
  void aFailedCommitLosesNothingAndDoublesNothing() {
    for (FaultyMessageStore.Failure failure : FaultyMessageStore.Failure.values()) {
      Rig faulty = new Rig();
      TimeRig its = new TimeRig(faulty);
      its.create(Lifetime.DEFAULT);
      its.sendTtl("a", 100);
      its.sendTtl("b", 100);
      faulty.clock.advance(100);
      faulty.store.failCommit(1, failure);
      faulty.settle();
      its.advance(1_000);
      assertThat(its.peek("q")).isEmpty();
      assertThat(its.peek(TimeRig.DEAD)).containsExactlyInAnyOrder("a", "b");
    }
  }

  @Test
  void onAFullDiskItWaitsForRoomAndNobodyGetsIt() {
    time.create(Lifetime.DEFAULT);
    time.sendTtl("a", 100);
    rig.store.diskFull(true);
    time.advance(300);
    TestConsumer consumer = time.consumer(5);
    time.advance(10_000);
    assertThat(consumer.take()).isEmpty();
    assertThat(rig.messages("q")).isEqualTo(1);
    rig.store.diskFull(false);
    time.advance(1_000);
    assertThat(rig.messages("q")).isZero();
    assertThat(rig.messages(TimeRig.DEAD)).isEqualTo(1);
  }

  @Test
  void aClockSetBackMakesItLiveSoMuchLonger() {
    time.create(Lifetime.DEFAULT);
    time.sendTtl("a", 1_000);
    time.advance(-5_000);
    time.advance(5_999);
    assertThat(rig.messages("q")).isEqualTo(1);
    time.advance(1);
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void aClockSetForwardsEndsWhatLiesBetween() {
    time.create(Lifetime.DEFAULT);
    time.sendTtl("a", 3_600_000);
    time.advance(86_400_000);
    time.advance(-86_400_000);
    assertThat(rig.messages("q")).isZero();
    assertThat(rig.messages(TimeRig.DEAD)).isEqualTo(1);
  }

  @Test
  void whatComesBackAfterTheClockWasSetBackStillEnds() {
    time.create(Lifetime.DEFAULT);
    time.sendTtl("a", 1_000);
    TestConsumer consumer = time.consumer(1);
    time.advance(1_500);
    time.advance(-1_000);
    consumer.settle(0, Outcome.RELEASED);
    consumer.close();
    rig.settle();
    assertThat(time.peek("q")).containsExactly("a");
    // It is looked at again ten seconds after it was found out at its consumer.
    time.advance(11_000);
    assertThat(time.peek(TimeRig.DEAD)).containsExactly("a");
  }

  @Test
  void aFailedCommitLeavesOneToWatchWhatIsDelayed() {
    time.create(Lifetime.DEFAULT);
    time.send(
        new IncomingMessage(
            true,
            (byte) 4,
            500,
            0,
            0,
            "a".getBytes(java.nio.charset.StandardCharsets.UTF_8),
            new IncomingMessage.Marks(null, 0, 9_000, null, null, 0)));
    rig.clock.advance(500);
    // Its chunk is on its way from the disk when memory is rebuilt.
    rig.turn();
    assertThat(rig.reads).isNotEmpty();
    rig.store.failCommit(1, dev.holdfast.storage.FaultyMessageStore.Failure.BEFORE_APPLYING);
    new TestPublisher(rig).open("q").send("refused");
    rig.settle();
    assertThat(time.peek(TimeRig.DEAD)).containsExactly("a");
  }
}
