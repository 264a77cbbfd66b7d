package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.SubscriptionRequest;
import dev.holdfast.storage.FaultyMessageStore;
import org.junit.jupiter.api.Test;

/** Publish and subscribe: who gets what, what stays, what goes. */
class TopicTest {
  private final Rig rig = new Rig();
  private final Peer one = new Peer(Rig.ADMIN, "one");
  private final Peer two = new Peer(Rig.ADMIN, "two");

  @Test
  void everySubscriptionSeesEachMessageAndTheBodyIsStoredOnce() {
    rig.topic("prices");
    TestConsumer a = new TestConsumer(rig).open("prices").flow(10);
    TestConsumer b = new TestConsumer(rig).open("prices").flow(10);
    rig.settle();

    rig.send("prices", "1", "2");

    assertThat(a.take()).containsExactly("1", "2");
    assertThat(b.take()).containsExactly("1", "2");
    assertThat(a.opened.kind()).isEqualTo(NodeKind.TOPIC);
    assertThat(a.deliveries.get(0).message()).isSameAs(b.deliveries.get(0).message());
    assertThat(rig.get(rig.topics.topic(Rig.ADMIN, "prices")).subscriptions()).isEqualTo(2);
  }

  @Test
  void withoutSubscriptionsAMessageIsAcceptedAndNotStored() {
    rig.topic("prices");

    rig.send("prices", "1");

    assertThat(rig.get(rig.topics.topic(Rig.ADMIN, "prices")).nextSequence()).isEqualTo(1);
  }

  @Test
  void onlyVolatileSubscriptionsNeedNoSync() {
    rig.topic("prices");
    TestConsumer a = new TestConsumer(rig).open("prices").flow(10);
    rig.settle();
    long before = rig.store.syncedCommits();

    rig.send("prices", "1");
    assertThat(rig.store.syncedCommits()).isEqualTo(before);
    assertThat(a.take()).containsExactly("1");

    rig.subscribe("prices", "billing", null, StartFrom.LATEST);
    before = rig.store.syncedCommits();
    rig.send("prices", "2");
    assertThat(rig.store.syncedCommits()).isGreaterThan(before);
  }

  @Test
  void aVolatileSubscriptionGoesWithItsLinkAndWithTheProcess() {
    rig.topic("prices");
    TestConsumer a = new TestConsumer(rig).open("prices").flow(10);
    rig.settle();
    rig.send("prices", "1");
    a.close(LinkEnding.LOST);
    rig.settle();
    assertThat(rig.get(rig.topics.subscriptions(Rig.ADMIN, ""))).isEmpty();
    assertThat(rig.store.view().log(1).chunkCount()).isZero();

    new TestConsumer(rig).open("prices");
    rig.settle();
    rig.send("prices", "2");
    assertThat(rig.store.view().log(1).chunkCount()).isEqualTo(1);
    rig.store.killAndReopen();
    rig.boot(rig.store);
    assertThat(rig.get(rig.topics.subscriptions(Rig.ADMIN, ""))).isEmpty();
    assertThat(rig.store.view().log(1).chunkCount()).isZero();
  }

  @Test
  void aDurableSubscriptionIsSyncedBeforeItsLinkHearsThatItIsOpen() {
    rig.topic("prices");
    rig.store.failCommit(1, FaultyMessageStore.Failure.BEFORE_APPLYING);
    TestConsumer a = new TestConsumer(rig).open(one, Sources.durable("prices", "billing"));
    rig.settle();
    assertThat(a.opened.subscription())
        .isEqualTo(new SubscriptionRequest("billing", true, false, false));
    a.close(LinkEnding.DETACHED);
    rig.settle();

    rig.store.crashAndReopen();
    rig.boot(rig.store);
    rig.send("prices", "while away");
    rig.store.crashAndReopen();
    rig.boot(rig.store);

    TestConsumer again =
        new TestConsumer(rig).open(one, Sources.durable("prices", "billing")).flow(10);
    rig.settle();
    assertThat(again.take()).containsExactly("while away");
  }

  @Test
  void aCommitThatFailedAfterReachingTheDiskMakesTheSubscriptionOnce() {
    rig.topic("prices");
    rig.store.failCommit(1, FaultyMessageStore.Failure.AFTER_APPLYING);
    TestConsumer a = new TestConsumer(rig).open(one, Sources.durable("prices", "billing")).flow(10);
    rig.settle();

    rig.send("prices", "1");

    assertThat(a.take()).containsExactly("1");
    assertThat(rig.get(rig.topics.subscriptions(Rig.ADMIN, "prices"))).hasSize(1);
  }

  @Test
  void closingTheLinkOfANamedSubscriptionDeletesItAndDetachingKeepsIt() {
    rig.topic("prices");
    TestConsumer a = new TestConsumer(rig).open(one, Sources.durable("prices", "billing"));
    a.close(LinkEnding.DETACHED);
    rig.settle();
    assertThat(rig.subscription("prices::one|billing").consumers()).isZero();

    TestConsumer b = new TestConsumer(rig).open(one, Sources.durable("prices", "billing"));
    b.flow(1);
    rig.settle();
    rig.send("prices", "out");
    b.close(LinkEnding.CLOSED);
    rig.settle();
    assertThat(rig.get(rig.topics.subscriptions(Rig.ADMIN, ""))).isEmpty();
    assertThat(b.closed).isNull();
    assertThat(rig.store.view().log(1).chunkCount()).isZero();
  }

  @Test
  void aSubscriptionIsFoundAndDeletedByItsNameAlone() {
    rig.topic("prices");
    new TestConsumer(rig)
        .open(one, Sources.durable("prices", "billing"))
        .close(LinkEnding.DETACHED);
    rig.settle();
    SubscriptionRequest name = new SubscriptionRequest("billing", true, false, false);

    TestConsumer stranger = new TestConsumer(rig).find(two, name);
    TestConsumer finder = new TestConsumer(rig).find(one, name);
    TestConsumer another = new TestConsumer(rig).find(one, name);
    rig.settle();
    assertThat(stranger.closed.code()).isEqualTo(NodeError.Code.NOT_FOUND);
    assertThat(finder.opened.address()).isEqualTo("prices");

    finder.close(LinkEnding.CLOSED);
    rig.settle();
    assertThat(finder.unsubscribed).containsExactly((NodeError) null);
    assertThat(rig.get(rig.topics.subscriptions(Rig.ADMIN, ""))).isEmpty();

    another.close(LinkEnding.CLOSED);
    rig.settle();
    assertThat(another.unsubscribed).as("gone is gone").containsExactly((NodeError) null);
  }

  @Test
  void aSubscriptionInUseStaysWhenALinkAsksForItsEnd() {
    rig.topic("prices");
    new TestConsumer(rig).open(one, Sources.durable("prices", "billing"));
    TestConsumer finder =
        new TestConsumer(rig).find(one, new SubscriptionRequest("billing", true, false, false));
    finder.close(LinkEnding.CLOSED);
    rig.settle();
    assertThat(finder.unsubscribed).hasSize(1);
    assertThat(finder.unsubscribed.get(0).code()).isEqualTo(NodeError.Code.LOCKED);
    assertThat(rig.subscription("prices::one|billing").consumers()).isEqualTo(1);
  }

  @Test
  void consumersOfASharedSubscriptionCompete() {
    rig.topic("prices");
    TestConsumer a =
        new TestConsumer(rig).open(one, Sources.sharedDurable("prices", "work")).flow(10);
    TestConsumer b =
        new TestConsumer(rig).open(one, Sources.sharedDurable("prices", "work")).flow(10);
    rig.settle();

    rig.send("prices", "1", "2", "3", "4");

    assertThat(a.take()).containsExactly("1", "3");
    assertThat(b.take()).containsExactly("2", "4");
    a.close(LinkEnding.CLOSED);
    rig.settle();
    assertThat(rig.subscription("prices::one|work").consumers()).isEqualTo(1);
    assertThat(b.take()).containsExactly("1", "3");
  }

  @Test
  void volatileAndDurableSubscriptionsOfOneNameAreTwo() {
    rig.topic("prices");
    new TestConsumer(rig).open(one, Sources.sharedDurable("prices", "work")).flow(10);
    TestConsumer b =
        new TestConsumer(rig).open(one, Sources.sharedVolatile("prices", "work")).flow(10);
    TestConsumer c =
        new TestConsumer(rig).open(one, Sources.sharedVolatile("prices", "work")).flow(10);
    rig.settle();

    rig.send("prices", "1", "2");

    assertThat(b.take()).containsExactly("1");
    assertThat(c.take()).containsExactly("2");
    assertThat(b.opened.subscription())
        .isEqualTo(new SubscriptionRequest("work", false, true, false));
    b.close(LinkEnding.LOST);
    c.close(LinkEnding.LOST);
    rig.settle();
    assertThat(rig.get(rig.topics.subscriptions(Rig.ADMIN, ""))).hasSize(1);
  }

  @Test
  void anUnsharedSubscriptionHasOneConsumerAndItsContainerMayComeBack() {
    rig.topic("prices");
    TestConsumer before = new TestConsumer(rig).open(one, Sources.durable("prices", "b")).flow(5);
    TestConsumer twin = new TestConsumer(rig).open(one, Sources.durable("prices", "b"));
    rig.settle();
    assertThat(twin.closed.code()).isEqualTo(NodeError.Code.LOCKED);
    rig.send("prices", "1");

    Peer reconnected = new Peer(Rig.ADMIN, "one");
    TestConsumer after =
        new TestConsumer(rig).open(reconnected, Sources.durable("prices", "b")).flow(5);
    rig.settle();
    assertThat(before.closed.code()).isEqualTo(NodeError.Code.FORCED);
    assertThat(after.take()).containsExactly("1");
    before.close(LinkEnding.CLOSED);
    rig.settle();
    assertThat(rig.subscription("prices::one|b").consumers()).isEqualTo(1);
  }

  @Test
  void anotherTopicOrFilterReplacesASubscriptionThatNobodyUses() {
    rig.topic("prices");
    rig.topic("news");
    TestConsumer a = new TestConsumer(rig).open(one, Sources.durable("prices", "b")).flow(5);
    rig.settle();
    TestConsumer other = new TestConsumer(rig).open(two, Sources.durable("prices", "b"));
    rig.settle();
    assertThat(other.closed).isNull();
    TestConsumer moved = new TestConsumer(rig).open(one, Sources.durable("news", "b"));
    rig.settle();
    assertThat(moved.closed.code()).isEqualTo(NodeError.Code.CONFLICT);
    a.close(LinkEnding.DETACHED);
    rig.send("prices", "gone with it");

    TestConsumer replaced = new TestConsumer(rig).open(one, Sources.durable("news", "b")).flow(5);
    rig.settle();
    rig.send("news", "n");
    assertThat(replaced.take()).containsExactly("n");
    assertThat(rig.get(rig.topics.subscriptions(Rig.ADMIN, "prices"))).hasSize(1);
    TestConsumer asShared =
        new TestConsumer(rig).open(one, Sources.sharedDurable("news", "b")).flow(5);
    rig.settle();
    assertThat(asShared.closed.code()).isEqualTo(NodeError.Code.CONFLICT);
  }

  @Test
  void anAddressNamesASubscriptionAndMakesADurableSharedOne() {
    rig.topic("prices");
    TestConsumer a = new TestConsumer(rig).open("prices::audit").flow(1);
    TestConsumer b = new TestConsumer(rig).open("prices::audit").flow(1);
    rig.settle();
    rig.send("prices", "1", "2", "3");
    assertThat(a.take()).containsExactly("1");
    assertThat(b.take()).containsExactly("2");
    a.close(LinkEnding.CLOSED);
    b.close(LinkEnding.CLOSED);
    rig.settle();
    assertThat(rig.subscription("prices::audit").messages()).isEqualTo(3);
    TestConsumer missing = new TestConsumer(rig).open("nothing::audit");
    rig.settle();
    assertThat(missing.closed.code()).isEqualTo(NodeError.Code.NOT_FOUND);
  }

  @Test
  void kindsHaveToAgree() {
    rig.topic("prices");
    rig.create("orders");
    TestConsumer a = new TestConsumer(rig);
    a.open(
        one,
        new SourceRequest(
            "prices",
            NodeKind.QUEUE,
            null,
            null,
            SourceRequest.Selection.ALL,
            SourceRequest.Turn.ORDINARY));
    TestConsumer b = new TestConsumer(rig).open(one, Sources.sharedDurable("orders", "b"));
    TestConsumer durable = new TestConsumer(rig).open(one, Sources.durable("orders", "b"));
    rig.settle();
    assertThat(durable.closed).as("a queue keeps its messages anyway").isNull();
    assertThat(a.closed.code()).isEqualTo(NodeError.Code.NOT_FOUND);
    assertThat(b.closed.code()).isEqualTo(NodeError.Code.NOT_ALLOWED);
  }

  @Test
  void deletingATopicEndsItsLinksAndTakesItsSubscriptions() {
    rig.topic("prices");
    TestConsumer a = new TestConsumer(rig).open("prices").flow(9);
    TestConsumer b = new TestConsumer(rig).open("prices::audit").flow(9);
    TestPublisher publisher = new TestPublisher(rig).open("prices");
    rig.settle();
    publisher.send("1");
    rig.settle();

    assertThat(rig.get(rig.topics.deleteTopic(Rig.ADMIN, "prices"))).isEqualTo(2);

    assertThat(a.closed.code()).isEqualTo(NodeError.Code.DELETED);
    assertThat(b.closed.code()).isEqualTo(NodeError.Code.DELETED);
    assertThat(publisher.closed.code()).isEqualTo(NodeError.Code.DELETED);
    a.settle(0, Outcome.ACCEPTED);
    a.close(LinkEnding.CLOSED);
    b.close(LinkEnding.CLOSED);
    rig.settle();
    assertThat(rig.store.view().logIds()).isEmpty();
    assertThat(rig.store.view().definitions()).isEmpty();
  }
}
