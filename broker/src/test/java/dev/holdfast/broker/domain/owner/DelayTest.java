package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.storage.FaultyMessageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Delayed messages come at their moment: not before, all of them, in the order of the moments. */
class DelayTest {
  private final Rig rig = new Rig();
  private final TimeRig time = new TimeRig(rig);

  @Test
  void comesAtItsMomentAndNotBefore() {
    time.create(Lifetime.DEFAULT);
    TestConsumer consumer = time.consumer(10);
    time.sendDelayed("later", 1_000);
    time.send(TimeRig.delayed("at", rig.clock.millis() + 500, 0));
    rig.send("q", "now");
    assertThat(consumer.take()).containsExactly("now");
    assertThat(rig.info("q").delayed()).isEqualTo(2);
    assertThat(rig.messages("q")).isEqualTo(1);
    time.advance(499);
    assertThat(consumer.take()).isEmpty();
    assertThat(rig.body.wakeUpMs()).isEqualTo(rig.clock.millis() + 1);
    time.advance(1);
    assertThat(consumer.take()).containsExactly("at");
    time.advance(500);
    assertThat(consumer.take()).containsExactly("later");
    assertThat(rig.info("q").delayed()).isZero();
    consumer.deliveries.forEach(d -> consumer.settle(d, Outcome.ACCEPTED));
    rig.settle();
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void aMomentInThePastIsNow() {
    time.create(Lifetime.DEFAULT);
    time.send(TimeRig.delayed("a", rig.clock.millis(), 0));
    time.send(TimeRig.delayed("b", 1, 0));
    assertThat(time.peek("q")).containsExactly("a", "b");
    assertThat(rig.info("q").delayed()).isZero();
  }

  @Test
  void afterARestartNothingComesEarlyAndWhatIsOverdueComesInOrder() {
    time.create(Lifetime.DEFAULT);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      // The last one sent is due first.
      time.sendDelayed("m" + i, 10_000 - i * 10);
      expected.add(0, "m" + i);
    }
    time.restart();
    TestConsumer early = time.consumer(10);
    assertThat(early.take()).isEmpty();
    early.close();
    rig.clock.advance(20_000);
    time.restart();
    assertThat(time.peek("q")).isEqualTo(expected);
    assertThat(rig.info("q").delayed()).isZero();
  }

  @Test
  void theMessageIsTheSameOnlyLater() {
    time.create(Lifetime.DEFAULT);
    IncomingMessage message =
        new IncomingMessage(
            false,
            (byte) 7,
            90_000,
            0,
            3,
            "a".getBytes(StandardCharsets.UTF_8),
            new IncomingMessage.Marks("group", 0, 1_000, null, null, 0));
    long sent = rig.clock.millis();
    time.send(message);
    time.advance(1_000);
    var stored = rig.get(rig.admin.peek(Rig.ADMIN, "q", 0, 1)).get(0).message();
    assertThat(stored.durable()).isFalse();
    assertThat(stored.priority()).isEqualTo((byte) 7);
    assertThat(stored.ttlMs()).isEqualTo(90_000);
    assertThat(stored.messageFormat()).isEqualTo(3);
    assertThat(stored.expiryMs()).as("counted from the send").isEqualTo(sent + 90_000);
    var attributes = dev.holdfast.broker.domain.MessageAttributes.decode(stored.attributes());
    assertThat(attributes.groupId()).isEqualTo("group");
    assertThat(attributes.dueMs()).isZero();
  }

  @Test
  void whatExpiresBeforeItsMomentIsADeadLetter() {
    time.create(Lifetime.DEFAULT);
    time.send(
        new IncomingMessage(
            true,
            (byte) 4,
            500,
            0,
            0,
            "a".getBytes(StandardCharsets.UTF_8),
            new IncomingMessage.Marks(null, 0, 1_000, null, null, 0)));
    time.advance(500);
    assertThat(rig.info("q").delayed()).isZero();
    assertThat(time.onlyDeath().reason()).isEqualTo(DeadLetterReason.EXPIRED);
    assertThat(time.onlyDeath().origin().node()).isEqualTo("q");
    time.advance(1_000);
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void theQueuesTimesCountFromTheSend() {
    time.create(new Lifetime(500, 2_000, false, 0));
    time.sendDelayed("by default", 1_000);
    time.send(
        new IncomingMessage(
            true,
            (byte) 4,
            9_000,
            0,
            0,
            "at most".getBytes(StandardCharsets.UTF_8),
            new IncomingMessage.Marks(null, 0, 1_000, null, null, 0)));
    time.restart();
    time.advance(500);
    assertThat(time.peek(TimeRig.DEAD)).containsExactly("by default");
    time.advance(1_499);
    assertThat(time.peek("q")).containsExactly("at most");
    time.advance(1);
    assertThat(time.peek(TimeRig.DEAD)).containsExactly("by default", "at most");
  }

  @Test
  void aTopicDeliversToWhoSubscribesUntilThen() {
    rig.topic("t");
    time.send("t", TimeRig.delayed("a", 0, 1_000));
    time.send("t", TimeRig.delayed("nobody", 0, 100));
    time.advance(100);
    rig.subscribe("t", "late", null, StartFrom.LATEST);
    assertThat(rig.subscription("t::late").messages()).isZero();
    time.restart();
    time.advance(900);
    TestConsumer consumer = new TestConsumer(rig).open("t::late").flow(5);
    rig.settle();
    assertThat(consumer.take()).containsExactly("a");
  }

  @Test
  void deletingTheQueueTakesThemAlong() {
    time.create(Lifetime.DEFAULT);
    time.sendDelayed("a", 1_000);
    assertThat(rig.get(rig.admin.deleteQueue(Rig.ADMIN, "q"))).isEqualTo(1);
    time.create(Lifetime.DEFAULT);
    time.sendDelayed("b", 2_000);
    time.advance(1_000);
    assertThat(time.peek("q")).isEmpty();
    time.restart();
    time.advance(1_000);
    assertThat(time.peek("q")).containsExactly("b");
  }

  @Test
  void purgingTheQueueTakesThemAlong() {
    time.create(Lifetime.DEFAULT);
    rig.send("q", "now");
    time.sendDelayed("a", 1_000);
    time.sendDelayed("b", 2_000);
    assertThat(rig.get(rig.admin.purgeQueue(Rig.ADMIN, "q"))).isEqualTo(3);
    assertThat(rig.info("q").delayed()).isZero();
    time.sendDelayed("c", 2_000);
    time.advance(1_000);
    time.restart();
    time.advance(1_000);
    assertThat(time.peek("q")).containsExactly("c");
    assertThat(rig.info("q").delayed()).isZero();
  }

  @Test
  void twoQueuesMakeTheirLogsInOneBatch() {
    rig.create("one");
    rig.create("two");
    TestPublisher publisher = new TestPublisher(rig).open("");
    publisher.send("one", TimeRig.delayed("a", 0, 100), "a");
    publisher.send("two", TimeRig.delayed("b", 0, 100), "b");
    rig.settle();
    assertThat(publisher.accepted()).containsExactly("a", "b");
    time.restart();
    time.advance(100);
    assertThat(time.peek("one")).containsExactly("a");
    assertThat(time.peek("two")).containsExactly("b");
  }

  @Test
  void aRefusedPublishDoesNotComeLater() {
    for (FaultyMessageStore.Failure failure : FaultyMessageStore.Failure.values()) {
      Rig faulty = new Rig();
      TimeRig its = new TimeRig(faulty);
      its.create(Lifetime.DEFAULT);
      TestPublisher publisher = new TestPublisher(faulty).open("q");
      faulty.settle();
      faulty.store.failCommit(1, failure);
      publisher.send("", TimeRig.delayed("refused", 0, 100), "x");
      faulty.settle();
      assertThat(publisher.refusals()).hasSize(1);
      its.sendDelayed("taken", 100);
      its.advance(100);
      assertThat(its.peek("q")).containsExactly("taken");
      assertThat(faulty.info("q").delayed()).isZero();
    }
  }

  @Test
  void aFailedMoveIsDoneAgainOnce() {
    for (FaultyMessageStore.Failure failure : FaultyMessageStore.Failure.values()) {
      Rig faulty = new Rig();
      TimeRig its = new TimeRig(faulty);
      its.create(Lifetime.DEFAULT);
      its.sendDelayed("a", 100);
      faulty.store.failCommit(1, failure);
      its.advance(100);
      its.advance(10_000);
      assertThat(its.peek("q")).containsExactly("a");
      assertThat(faulty.info("q").delayed()).isZero();
    }
  }

  @Test
  void onAFullDiskTheyWaitForRoom() {
    time.create(Lifetime.DEFAULT);
    time.sendDelayed("a", 100);
    rig.store.diskFull(true);
    time.advance(1_000);
    assertThat(rig.info("q").delayed()).isEqualTo(1);
    rig.store.diskFull(false);
    time.advance(1_000);
    assertThat(time.peek("q")).containsExactly("a");
  }

  @Test
  void aClockSetBackMakesThemWaitSoMuchLonger() {
    time.create(Lifetime.DEFAULT);
    time.sendDelayed("a", 1_000);
    time.advance(-10_000);
    time.advance(10_999);
    assertThat(time.peek("q")).isEmpty();
    time.advance(1);
    assertThat(time.peek("q")).containsExactly("a");
  }
}
