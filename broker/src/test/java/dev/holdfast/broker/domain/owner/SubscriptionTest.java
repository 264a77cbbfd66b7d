package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.deadletter.DeathRecord;
import org.junit.jupiter.api.Test;

/** What a subscription takes, and what becomes of what it cannot deliver. */
class SubscriptionTest {
  private final Rig rig = new Rig();
  private final Peer one = new Peer(Rig.ADMIN, "one");
  private final Peer two = new Peer(Rig.ADMIN, "two");

  @Test
  void aFilterIsAskedOnceForEachMessageAndCountsOnlyWhatPasses() {
    rig.topic("prices");
    rig.subscribe("prices", "gold", new TextFilter("gold"), StartFrom.LATEST);
    TestConsumer live =
        new TestConsumer(rig)
            .open(one, Sources.filtered("prices", new TextFilter("silver")))
            .flow(9);
    rig.settle();

    rig.send("prices", "gold 1", "silver 1", "tin", "gold 2");

    assertThat(live.take()).containsExactly("silver 1");
    assertThat(live.opened.filter()).isEqualTo(new TextFilter("silver"));
    assertThat(rig.subscription("prices::gold").messages()).isEqualTo(2);
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    assertThat(rig.subscription("prices::gold").messages()).isEqualTo(2);
    TestConsumer later = new TestConsumer(rig).open("prices::gold").flow(9, 1 << 20, true);
    rig.settle();
    assertThat(later.take()).containsExactly("gold 1", "gold 2");
    assertThat(later.drained).containsExactly(0L);
  }

  @Test
  void noLocalLeavesOutWhatTheOwnContainerPublishes() {
    rig.topic("prices");
    TestConsumer mine =
        new TestConsumer(rig).open(new Peer(Rig.ADMIN, "test"), Sources.noLocal("prices")).flow(9);
    TestConsumer other = new TestConsumer(rig).open(two, Sources.noLocal("prices")).flow(9);
    rig.settle();

    rig.send("prices", "1");

    assertThat(mine.take()).isEmpty();
    assertThat(other.take()).containsExactly("1");
    assertThat(mine.opened.noLocal()).isTrue();
  }

  @Test
  void aSubscriptionsDeadLettersAreMadeWhenTheyAreNeeded() {
    rig.topic("prices");
    TestConsumer a = new TestConsumer(rig).open("prices::audit").flow(9);
    rig.settle();
    rig.send("prices", "bad", "worse", "good");
    assertThat(rig.store.view().logIds()).hasSize(1);

    a.settle(0, new Outcome.Rejected("app:no", "cannot read it"));
    a.settle(1, new Outcome.Rejected("app:no", "cannot read it"));
    a.settle(2, Outcome.ACCEPTED);
    rig.settle();

    assertThat(a.stored).hasSize(3);
    assertThat(rig.subscription("prices::audit").deadLetters()).isEqualTo(2);
    assertThat(rig.subscription("prices::audit").messages()).isZero();
    rig.store.killAndReopen();
    rig.boot(rig.store);
    TestConsumer dead = new TestConsumer(rig).open("prices::audit/$dead-letter").flow(9);
    rig.settle();
    assertThat(dead.take()).containsExactly("bad", "worse");
    DeathRecord record =
        MessageAttributes.death(dead.deliveries.get(0).message().attributes()).orElseThrow();
    assertThat(record.origin().node()).isEqualTo("prices::audit");
    assertThat(rig.get(rig.topics.deleteSubscription(Rig.ADMIN, "prices::audit"))).isEqualTo(2);
    assertThat(dead.closed.code()).isEqualTo(NodeError.Code.DELETED);
    assertThat(rig.store.view().logIds()).hasSize(1);
  }

  @Test
  void whatAVolatileSubscriptionRejectsIsGone() {
    rig.topic("prices");
    TestConsumer a = new TestConsumer(rig).open("prices").flow(9);
    rig.settle();
    rig.send("prices", "bad");
    a.settle(0, new Outcome.Rejected("", ""));
    rig.settle();
    assertThat(a.stored).hasSize(1);
    assertThat(rig.store.view().logIds()).hasSize(1);
    assertThat(rig.store.view().log(1).chunkCount()).isZero();
  }
}
