package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Resource;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.storage.FaultyMessageStore;
import dev.holdfast.storage.FaultyMessageStore.Failure;
import dev.holdfast.storage.StoredMessage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** What a sender is told, and when; what happens when the store fails. */
class PublishTest {
  private final Rig rig = new Rig();

  @Test
  void acceptedMeansThatPowerMayGo() {
    rig.create("q");
    rig.send("q", "a", "b");
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    assertThat(rig.messages("q")).isEqualTo(2);
  }

  @Test
  void answersComeInOrderWithTheirSequence() {
    rig.create("q");
    TestPublisher publisher = new TestPublisher(rig).open("q");
    publisher.send("a");
    publisher.send("", new IncomingMessage(true, (byte) 4, -1, 0, 0, new byte[2 << 20]), "big");
    publisher.send("b");
    rig.settle();
    assertThat(publisher.answers).extracting(a -> a.token()).containsExactly("a", "big", "b");
    assertThat(publisher.answers).extracting(a -> a.sequence()).containsExactly(1L, 0L, 2L);
    assertThat(publisher.refusals()).containsExactly(NodeError.Code.MESSAGE_TOO_LARGE);
  }

  @Test
  void theAnonymousTerminusRoutesAndAsksPerMessage() {
    Rig picky = new Rig(FaultyMessageStore.create(), DomainSettings.defaults());
    picky.policy =
        (principal, permission, resource) ->
            new Decision(
                permission != Permission.SEND || !resource.equals(Resource.queue("secret")), "");
    picky.boot(picky.store);
    picky.create("a");
    picky.create("b");
    picky.create("secret");
    TestPublisher publisher = new TestPublisher(picky).open("");
    for (String to : new String[] {"a", "b", "secret", "nowhere", ""}) {
      publisher.send(to, Rig.message("for " + to), to);
    }
    picky.settle();
    assertThat(publisher.opened.name()).isEmpty();
    assertThat(publisher.accepted()).containsExactly("a", "b");
    assertThat(publisher.refusals())
        .containsExactly(
            NodeError.Code.UNAUTHORIZED, NodeError.Code.NOT_FOUND, NodeError.Code.NOT_FOUND);
    assertThat(picky.messages("secret")).isZero();
  }

  @Test
  void notDurableIsAnsweredWithoutASync() {
    rig.create("q");
    TestPublisher publisher = new TestPublisher(rig).open("q");
    publisher.send("", Rig.message("light", false), "light");
    rig.turn();
    assertThat(publisher.accepted()).containsExactly("light");
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void whatWaitsForASyncGetsItWithinTheDelay() {
    rig.create("q");
    TestPublisher publisher = new TestPublisher(rig).open("q");
    publisher.send("", Rig.message("light", false), "light");
    rig.turn();
    assertThat(rig.body.wakeUpMs()).isEqualTo(rig.clock.millis() + 5);
    rig.clock.advance(5);
    rig.turn();
    assertThat(rig.body.wakeUpMs()).isEqualTo(Long.MAX_VALUE);
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    assertThat(rig.messages("q")).isEqualTo(1);
  }

  @Test
  void timesAndFormatAreKept() {
    rig.create("q");
    TestPublisher publisher = new TestPublisher(rig).open("q");
    long now = rig.clock.millis();
    byte[] body = {1};
    publisher.send("", new IncomingMessage(true, (byte) 7, 0xffff_ffffL, 0, 9, body), 1);
    publisher.send("", new IncomingMessage(true, (byte) 0, 1_000, now + 5, 0, body), 2);
    rig.settle();
    StoredMessage first = rig.get(rig.admin.peek(Rig.ADMIN, "q", 1, 1)).get(0).message();
    assertThat(first.priority()).isEqualTo((byte) 7);
    assertThat(first.messageFormat()).isEqualTo(9);
    assertThat(Integer.toUnsignedLong(first.ttlMs())).isEqualTo(0xffff_ffffL);
    assertThat(first.flags()).isEqualTo((byte) (StoredMessage.DURABLE | StoredMessage.HAS_TTL));
    assertThat(first.expiryMs()).isEqualTo(now + 0xffff_ffffL);
    StoredMessage second = rig.get(rig.admin.peek(Rig.ADMIN, "q", 2, 1)).get(0).message();
    assertThat(second.expiryMs()).isEqualTo(now + 5);
  }

  @Test
  void aFailedCommitAcceptsNothingAndLosesNoOutcome() {
    for (Failure failure : Failure.values()) {
      Rig broken = new Rig();
      broken.create("q");
      broken.send("q", "a", "b", "c");
      TestConsumer consumer = new TestConsumer(broken).open("q").flow(3);
      TestPublisher publisher = new TestPublisher(broken).open("q");
      broken.settle();
      consumer.settle(0, Outcome.ACCEPTED);
      consumer.settle(1, new Outcome.Modified(true, false));
      publisher.send("d");
      broken.store.failCommit(1, failure);
      broken.settle();
      assertThat(publisher.refusals()).containsExactly(NodeError.Code.INTERNAL);
      assertThat(consumer.stored).hasSize(2);
      assertThat(broken.messages("q")).as("b and c, whatever %s", failure).isEqualTo(2);
      assertThat(broken.info("q").unsettled()).isEqualTo(1);
      consumer.take();
      consumer.flow(9);
      broken.settle();
      assertThat(consumer.take()).containsExactly("b");
      assertThat(consumer.deliveries.get(3).deliveryCount()).isEqualTo(1);
      publisher.send("e");
      broken.settle();
      assertThat(publisher.accepted()).containsExactly("e");
    }
  }

  @Test
  void aFullDiskRefusesPublishesOnlyAndHeals() {
    rig.create("q");
    rig.send("q", "a", "b");
    TestPublisher publisher = new TestPublisher(rig).open("q");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    rig.store.diskFull(true);
    publisher.send("c");
    rig.settle();
    assertThat(publisher.refusals()).containsExactly(NodeError.Code.RESOURCE_LIMIT_EXCEEDED);
    consumer.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(consumer.stored).hasSize(1);
    assertThat(rig.get(rig.admin.purgeQueue(Rig.ADMIN, "q"))).isEqualTo(1);
    publisher.send("d");
    rig.settle();
    assertThat(publisher.refusals()).hasSize(2);
    rig.store.diskFull(false);
    assertThat(rig.body.wakeUpMs()).isLessThanOrEqualTo(rig.clock.millis() + 250);
    rig.clock.advance(250);
    publisher.send("e");
    rig.settle();
    assertThat(publisher.accepted()).containsExactly("e");
  }

  @Test
  void aRejectedMessageWaitsWhenItCannotBeMoved() {
    rig.create("q");
    rig.send("q", "a");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    rig.store.diskFull(true);
    consumer.settle(0, new Outcome.Rejected("", ""));
    rig.settle();
    assertThat(consumer.stored).hasSize(1);
    assertThat(rig.pauses).isPositive();
    rig.store.diskFull(false);
    TestConsumer other = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    assertThat(other.take()).containsExactly("a");
    assertThat(other.deliveries.get(0).deliveryCount()).isEqualTo(1);
  }

  @Test
  void aStoreThatStaysBrokenEndsTheLoop() {
    AtomicBoolean broken = new AtomicBoolean();
    rig.boot(BrokenStore.over(rig.store, broken));
    rig.create("q");
    rig.send("q", "a");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    broken.set(true);
    consumer.settle(0, Outcome.ACCEPTED);
    Assertions.assertThatThrownBy(() -> rig.settle()).isInstanceOf(CommitFailedException.class);
    assertThat(consumer.stored).isEmpty();
  }

  @Test
  void manyBatchesKeepTheOrder() {
    rig.create("q");
    TestPublisher publisher = new TestPublisher(rig).open("q");
    IntStream.range(0, 10_000).forEach(i -> publisher.send("m" + i));
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(10_000);
    rig.settle();
    assertThat(publisher.accepted()).hasSize(10_000);
    assertThat(consumer.take())
        .containsExactlyElementsOf(IntStream.range(0, 10_000).mapToObj(i -> "m" + i).toList());
  }
}
