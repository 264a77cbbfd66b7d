package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.DeathRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of messages that nobody wants. */
class DeadLetterTest {
  private static final String DEAD = "q/$dead-letter";

  private final Rig rig = new Rig();

  private TestConsumer consumer(String queue, long credit) {
    TestConsumer consumer = new TestConsumer(rig).open(queue).flow(credit);
    rig.settle();
    return consumer;
  }

  private PeekedMessage onlyDeadLetter() {
    List<PeekedMessage> dead = rig.get(rig.admin.peek(Rig.ADMIN, DEAD, 0, 10));
    assertThat(dead).hasSize(1);
    return dead.get(0);
  }

  @Test
  void aRejectedMessageIsMovedWithItsStory() {
    rig.create("q");
    rig.send("q", "a", "b");
    long sent = rig.clock.millis();
    TestConsumer consumer = consumer("q", 2);
    rig.clock.advance(1_000);
    consumer.settle(1, new Outcome.Rejected("app:broken", "no such customer"));
    rig.settle();
    assertThat(consumer.stored).hasSize(1);
    assertThat(rig.messages("q")).isEqualTo(1);
    assertThat(rig.info("q").deadLetters()).isEqualTo(1);
    PeekedMessage dead = onlyDeadLetter();
    assertThat(Rig.text(dead.message().body())).isEqualTo("b");
    DeathRecord record = MessageAttributes.death(dead.message().attributes()).orElseThrow();
    assertThat(record.reason()).isEqualTo(DeadLetterReason.REJECTED);
    assertThat(record.condition()).isEqualTo("app:broken");
    assertThat(record.description()).isEqualTo("no such customer");
    assertThat(record.origin()).isEqualTo(new DeathRecord.Origin("q", 2, sent));
    assertThat(record.failures().count()).isEqualTo(1);
    assertThat(record.failures().consumer()).isEqualTo("uid:1");
    assertThat(record.diedMs()).isEqualTo(sent + 1_000);
  }

  @Test
  void theLastFailedDeliveryMovesTheMessage() {
    rig.create("q", 2);
    rig.send("q", "a");
    TestConsumer consumer = consumer("q", 5);
    consumer.settle(0, new Outcome.Modified(true, false));
    rig.settle();
    assertThat(rig.messages(DEAD)).isZero();
    consumer.settle(1, new Outcome.Modified(true, false));
    rig.settle();
    assertThat(consumer.take()).containsExactly("a", "a");
    assertThat(rig.messages("q")).isZero();
    DeathRecord record =
        MessageAttributes.death(onlyDeadLetter().message().attributes()).orElseThrow();
    assertThat(record.reason()).isEqualTo(DeadLetterReason.MAX_DELIVERIES);
    assertThat(record.failures().count()).isEqualTo(2);
  }

  @Test
  void aMoveIsOneBatch() {
    rig.create("q");
    rig.send("q", "a");
    TestConsumer consumer = consumer("q", 1);
    long before = rig.store.commits();
    consumer.settle(0, new Outcome.Rejected("", ""));
    rig.settle();
    assertThat(rig.store.commits()).isEqualTo(before + 1);
  }

  @Test
  void deadLettersAreAnOrdinaryQueue() {
    rig.create("q");
    rig.send("q", "a");
    TestConsumer consumer = consumer("q", 1);
    consumer.settle(0, new Outcome.Rejected("", ""));
    rig.settle();
    TestConsumer undertaker = consumer(DEAD, 5);
    assertThat(undertaker.take()).containsExactly("a");
    undertaker.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(rig.messages(DEAD)).isZero();
    undertaker.close();
    rig.send(DEAD, "put by hand");
    assertThat(rig.messages(DEAD)).isEqualTo(1);
    assertThat(rig.get(rig.admin.purgeQueue(Rig.ADMIN, DEAD))).isEqualTo(1);
  }

  @Test
  void aDeadLetterIsNeverLostByRejectingItAgain() {
    rig.create("q", 1);
    rig.send(DEAD, "a");
    TestConsumer consumer = consumer(DEAD, 5);
    consumer.settle(0, new Outcome.Rejected("", ""));
    rig.settle();
    assertThat(consumer.take()).as("not again to the one that rejected it").containsExactly("a");
    assertThat(rig.messages(DEAD)).isEqualTo(1);
    TestConsumer other = consumer(DEAD, 5);
    assertThat(other.take()).containsExactly("a");
    assertThat(other.deliveries.get(0).deliveryCount()).isEqualTo(1);
    other.settle(0, new Outcome.Modified(true, false));
    rig.settle();
    assertThat(other.take()).containsExactly("a");
    assertThat(rig.messages(DEAD)).isEqualTo(1);
  }

  @Test
  void theyGoWithTheirQueueAndNotAlone() {
    rig.create("q");
    rig.send(DEAD, "a");
    rig.send("q", "b");
    assertThatThrownBy(() -> rig.get(rig.admin.deleteQueue(Rig.ADMIN, DEAD)))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("INVALID")
        .hasMessageContaining("purge");
    assertThat(rig.get(rig.admin.deleteQueue(Rig.ADMIN, "q"))).isEqualTo(2);
    assertThatThrownBy(() -> rig.messages(DEAD)).hasMessageContaining("NOT_FOUND");
  }

  @Test
  void aBodyThatHasLeftTheMemoryIsReadForTheMove() {
    Rig small = new Rig(dev.holdfast.storage.FaultyMessageStore.create(), Rig.tiny());
    small.create("q");
    String big = "x".repeat(500);
    small.send("q", big, "b");
    TestConsumer consumer = new TestConsumer(small);
    consumer.callsSent = true;
    consumer.open("q").flow(2);
    small.settle();
    assertThatThrownBy(() -> consumer.deliveries.get(0).message())
        .isInstanceOf(IllegalStateException.class);
    consumer.settle(0, new Outcome.Rejected("", "too big"));
    small.settle();
    assertThat(consumer.stored).hasSize(1);
    assertThat(small.messages("q")).isEqualTo(1);
    assertThat(Rig.text(small.get(small.admin.peek(Rig.ADMIN, DEAD, 0, 1)).get(0).message().body()))
        .isEqualTo(big);
  }
}
