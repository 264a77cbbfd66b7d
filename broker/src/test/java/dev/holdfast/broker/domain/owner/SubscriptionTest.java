package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.storage.FaultyMessageStore;
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

  @Test
  void deadLettersCanBeWaitedForBeforeThereAreAny() {
    rig.topic("prices");
    rig.subscribe("prices", "audit", null, StartFrom.LATEST);
    TestConsumer dead = new TestConsumer(rig).open("prices::audit/$dead-letter").flow(9);
    TestConsumer none = new TestConsumer(rig).open("prices::nobody/$dead-letter").flow(9);
    TestConsumer a = new TestConsumer(rig).open("prices::audit").flow(9);
    rig.settle();
    assertThat(dead.opened.address()).isEqualTo("prices::audit/$dead-letter");
    assertThat(none.closed.code()).isEqualTo(NodeError.Code.NOT_FOUND);

    rig.send("prices", "bad");
    a.settle(0, new Outcome.Rejected("", ""));
    rig.settle();

    assertThat(dead.take()).containsExactly("bad");
  }

  @Test
  void aFilterIsNotAskedAgainForWhatComesBack() {
    rig.topic("prices");
    TestConsumer a =
        new TestConsumer(rig).open(one, Sources.filtered("prices", new TextFilter("x"))).flow(9);
    rig.settle();
    rig.send("prices", "x1", "y1", "x2");
    a.settle(0, new Outcome.Modified(true, false));
    rig.settle();
    assertThat(a.take()).containsExactly("x1", "x2", "x1");
    assertThat(a.deliveries.get(2).deliveryCount()).isEqualTo(1);
  }

  @Test
  void aRefusedPublishIsStoredForNoSubscription() {
    rig.topic("prices");
    rig.subscribe("prices", "gold", new TextFilter("gold"), StartFrom.LATEST);
    rig.subscribe("prices", "all", null, StartFrom.LATEST);
    TestPublisher publisher = new TestPublisher(rig).open("prices");
    rig.settle();
    rig.store.failCommit(1, FaultyMessageStore.Failure.AFTER_APPLYING);
    publisher.send("gold");
    publisher.send("tin");
    rig.settle();
    assertThat(publisher.refusals()).hasSize(2);
    assertThat(rig.subscription("prices::gold").messages()).isZero();
    assertThat(rig.subscription("prices::all").messages()).isZero();
    publisher.send("gold");
    publisher.send("tin");
    rig.settle();
    assertThat(rig.subscription("prices::gold").messages()).isEqualTo(1);
    assertThat(rig.subscription("prices::all").messages()).isEqualTo(2);
  }
}
