package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.FaultyMessageStore;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Subscriptions by pattern. */
class PatternTest {
  private final Rig rig = new Rig();
  private final Peer one = new Peer(Rig.ADMIN, "one");

  @Test
  void wordsMatch() {
    assertThat(new TopicPattern("a.*.c").matches("a.b.c")).isTrue();
    assertThat(new TopicPattern("a.*.c").matches("a.b.b.c")).isFalse();
    assertThat(new TopicPattern("a.*").matches("a")).isFalse();
    assertThat(new TopicPattern("a.#").matches("a")).isTrue();
    assertThat(new TopicPattern("a.#").matches("a.b.c")).isTrue();
    assertThat(new TopicPattern("#").matches("a.b")).isTrue();
    assertThat(new TopicPattern("#.c").matches("a.b.c")).isTrue();
    assertThat(new TopicPattern("#.b.#.d").matches("a.b.b.c.d")).isTrue();
    assertThat(new TopicPattern("#.b.#.d").matches("a.b.b.c.e")).isFalse();
    assertThat(new TopicPattern("*.#.*").matches("a")).isFalse();
    assertThat(new TopicPattern("*.#.*").matches("a.b")).isTrue();
    assertThat(new TopicPattern("a.b").matches("a.b.c")).isFalse();
  }

  @Test
  void takesWhatMatchesInTurnAndTopicsThatComeLaterFromTheirFirstMessage() {
    rig.topic("orders.eu");
    rig.topic("orders.us");
    rig.topic("news");
    TestConsumer a = new TestConsumer(rig).open("orders.*").flow(100);
    rig.settle();
    rig.send("orders.eu", "e1", "e2");
    rig.send("news", "n1");
    rig.send("orders.us", "u1");
    assertThat(a.take()).containsExactly("e1", "e2", "u1");

    rig.topic("orders.asia");
    rig.send("orders.asia", "a1");
    assertThat(a.take()).containsExactly("a1");
    a.settle(0, Outcome.RELEASED);
    rig.settle();
    assertThat(a.take()).containsExactly("e1");
  }

  @Test
  void aDurablePatternKeepsItsPlaceInEveryTopicOverARestart() {
    rig.topic("t.1");
    rig.subscribe("t.#", "audit", null, StartFrom.LATEST);
    rig.send("t.1", "1");
    rig.topic("t.2");
    rig.send("t.2", "2");
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    rig.topic("t.3");
    rig.send("t.3", "3");
    assertThat(rig.subscription("t.#::audit").topics()).isEqualTo(3);
    TestConsumer a = new TestConsumer(rig).open("t.#::audit").flow(9, 1 << 20, true);
    rig.settle();
    assertThat(a.take()).containsExactlyInAnyOrder("1", "2", "3");
    assertThat(a.drained).containsExactly(0L);
  }

  @Test
  void aMessageIsTriedAsOftenAsItsTopicSays() {
    rig.get(
        rig.topics.createTopic(
            Rig.ADMIN,
            new TopicDefinition(
                "t.once", 1 << 20, RetryPolicy.atOnce(1), TopicDefinition.Retention.NONE)));
    rig.get(
        rig.topics.createTopic(
            Rig.ADMIN,
            new TopicDefinition(
                "t.twice", 1 << 20, RetryPolicy.atOnce(2), TopicDefinition.Retention.NONE)));
    rig.subscribe("t.#", "audit", null, StartFrom.LATEST);
    for (String topic : List.of("t.once", "t.twice")) {
      rig.send(topic, topic);
    }
    TestConsumer a = new TestConsumer(rig).open("t.#::audit").flow(10);
    rig.settle();
    for (int i = 0; i < 2; i++) {
      a.settle(i, new Outcome.Modified(true, false));
    }
    rig.settle();
    assertThat(a.deliveries).hasSize(3);
    assertThat(Rig.text(a.deliveries.get(2).message().body())).isEqualTo("t.twice");
    assertThat(rig.subscription("t.#::audit").deadLetters()).isEqualTo(1);
    a.settle(2, new Outcome.Modified(true, false));
    rig.settle();
    assertThat(rig.subscription("t.#::audit").deadLetters()).isEqualTo(2);
  }

  @Test
  void aTopicMadeInACommitThatFailedIsReadAllTheSame() {
    TestConsumer a = new TestConsumer(rig).open("t.#").flow(9);
    rig.settle();
    rig.store.failCommit(1, FaultyMessageStore.Failure.AFTER_APPLYING);
    rig.topic("t.1");
    rig.store.failCommit(1, FaultyMessageStore.Failure.BEFORE_APPLYING);
    rig.topic("t.2");
    rig.send("t.1", "1");
    rig.send("t.2", "2");
    assertThat(a.take()).containsExactly("1", "2");
  }

  @Test
  void deletingATopicTakesOnlyItsPartOfAPattern() {
    rig.topic("t.1");
    rig.topic("t.2");
    TestConsumer a = new TestConsumer(rig).open("t.*").flow(9);
    rig.settle();
    rig.send("t.1", "1");
    rig.send("t.2", "2");
    assertThat(rig.get(rig.topics.deleteTopic(Rig.ADMIN, "t.1"))).isZero();
    a.settle(0, Outcome.RELEASED);
    a.settle(1, Outcome.RELEASED);
    rig.settle();
    assertThat(a.closed).isNull();
    a.take();
    a.flow(20);
    rig.settle();
    rig.send("t.2", "3");
    assertThat(a.take()).containsExactly("3");
    a.close(LinkEnding.LOST);
    rig.settle();
    assertThat(rig.store.view().log(2).chunkCount()).isZero();
  }

  @Test
  void nobodyReceivesByPatternWhatHeMayNotReceiveByName() {
    Principal bob = new Principal("user:bob", Set.of());
    rig.policy =
        new AccessPolicy() {
          private final AccessPolicy admin = AccessPolicy.adminOnly();

          @Override
          public Decision decide(Principal who, Permission permission, Resource what) {
            boolean bobs =
                who.equals(bob)
                    && permission == Permission.RECEIVE
                    && what.kind() == Resource.Kind.TOPIC
                    && !what.name().equals("t.secret");
            return bobs
                ? admin.decide(Rig.ADMIN, permission, what)
                : admin.decide(who, permission, what);
          }
        };
    rig.boot(rig.store);
    rig.topic("t.open");
    rig.topic("t.secret");
    TestConsumer bobs =
        new TestConsumer(rig).open(new Peer(bob, "b"), SourceRequest.of("t.*")).flow(9);
    TestConsumer admins = new TestConsumer(rig).open(one, SourceRequest.of("t.*")).flow(9);
    rig.settle();
    rig.send("t.open", "o");
    rig.send("t.secret", "s");
    assertThat(bobs.take()).containsExactly("o");
    assertThat(admins.take()).containsExactly("o", "s");
    bobs.flow(9, 1 << 20, true);
    rig.settle();
    assertThat(bobs.drained).hasSize(1);
  }

  @Test
  void wildcardsAreWholeWords() {
    TestConsumer a = new TestConsumer(rig).open("t.a*");
    rig.settle();
    assertThat(a.closed.code()).isEqualTo(NodeError.Code.INVALID);
  }

  @Test
  void aBacklogOverManyTopicsComesBackFromDiskWithSmallMemory() {
    Rig small = new Rig(FaultyMessageStore.create(), Rig.tiny());
    for (int t = 0; t < 40; t++) {
      small.topic("t." + t);
    }
    small.subscribe("t.*", "all", null, StartFrom.LATEST);
    for (int t = 0; t < 40; t++) {
      small.send("t." + t, "a" + t + "-" + "x".repeat(200), "b" + t + "-" + "x".repeat(200));
    }
    small.store.killAndReopen();
    small.boot(small.store);
    TestConsumer a = new TestConsumer(small).open("t.*::all").flow(1_000, Long.MAX_VALUE, true);
    small.settle();
    assertThat(a.take()).hasSize(80).doesNotHaveDuplicates();
    assertThat(a.drained).containsExactly(0L);
  }
}
