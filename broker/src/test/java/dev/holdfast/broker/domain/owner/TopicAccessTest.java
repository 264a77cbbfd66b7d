package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.broker.domain.SubscriptionRequest;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Which grant each thing that is done with topics and subscriptions needs. */
class TopicAccessTest {
  private static final Principal BOB = new Principal("user:bob", Set.of());

  private final Rig rig = new Rig();
  private final Set<String> grants = new HashSet<>();
  private final Peer bob = new Peer(BOB, "b");

  TopicAccessTest() {
    AccessPolicy admin = AccessPolicy.adminOnly();
    rig.policy =
        (who, permission, what) ->
            who.equals(BOB)
                ? new Decision(
                    grants.contains(permission + " " + what.kind() + " " + what.name()), "test")
                : admin.decide(who, permission, what);
    rig.boot(rig.store);
    rig.topic("prices");
    rig.subscribe("prices", "audit", null, StartFrom.LATEST);
  }

  private void grant(Permission permission, Resource.Kind kind, String name) {
    grants.add(permission + " " + kind + " " + name);
  }

  private NodeError attach(SourceRequest source) {
    TestConsumer consumer = new TestConsumer(rig).open(bob, source);
    rig.settle();
    consumer.close(LinkEnding.DETACHED);
    rig.settle();
    return consumer.closed;
  }

  @Test
  void theTopicsGrantIsEnoughForALinksOwnSubscription() {
    assertThat(attach(SourceRequest.of("prices")).code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
    grant(Permission.RECEIVE, Resource.Kind.QUEUE, "prices");
    assertThat(attach(SourceRequest.of("prices")).code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
    grant(Permission.RECEIVE, Resource.Kind.TOPIC, "prices");
    assertThat(attach(SourceRequest.of("prices"))).isNull();
  }

  @Test
  void anExistingSubscriptionNeedsItsOwnGrant() {
    grant(Permission.RECEIVE, Resource.Kind.TOPIC, "prices");
    assertThat(attach(SourceRequest.of("prices::audit")).code())
        .isEqualTo(NodeError.Code.UNAUTHORIZED);
    grant(Permission.RECEIVE, Resource.Kind.SUBSCRIPTION, "prices::audit");
    assertThat(attach(SourceRequest.of("prices::audit"))).isNull();
    assertThat(attach(SourceRequest.of("prices::audit/$dead-letter")).code())
        .isEqualTo(NodeError.Code.UNAUTHORIZED);
    grant(Permission.RECEIVE, Resource.Kind.DEAD_LETTERS, "prices::audit");
    assertThat(attach(SourceRequest.of("prices::audit/$dead-letter"))).isNull();
  }

  @Test
  void aNewOneNeedsCreationAndTheTopicTooAndItsCreatorMayDeleteIt() {
    SourceRequest mine = Sources.durable("prices", "mine");
    grant(Permission.RECEIVE, Resource.Kind.SUBSCRIPTION, "prices::b|mine");
    assertThat(attach(mine).code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
    grant(Permission.CREATE, Resource.Kind.SUBSCRIPTION, "prices::b|mine");
    assertThat(attach(mine).code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
    grant(Permission.RECEIVE, Resource.Kind.TOPIC, "prices");
    assertThat(attach(mine)).isNull();

    TestConsumer finder =
        new TestConsumer(rig).find(bob, new SubscriptionRequest("mine", true, false, false));
    finder.close(LinkEnding.CLOSED);
    rig.settle();
    assertThat(finder.unsubscribed).containsExactly((NodeError) null);
  }

  @Test
  void whoDidNotMakeASubscriptionNeedsAGrantToDeleteIt() {
    SubscriptionRequest shared = new SubscriptionRequest("team", true, true, true);
    TestConsumer admins =
        new TestConsumer(rig).open(new Peer(Rig.ADMIN, "a"), Sources.named("prices", shared, null));
    admins.close(LinkEnding.DETACHED);
    grant(Permission.RECEIVE, Resource.Kind.SUBSCRIPTION, "prices::team");
    TestConsumer finder = new TestConsumer(rig).find(bob, shared);
    finder.close(LinkEnding.CLOSED);
    rig.settle();
    assertThat(finder.unsubscribed.get(0).code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
    grant(Permission.DELETE, Resource.Kind.SUBSCRIPTION, "prices::team");
    TestConsumer again = new TestConsumer(rig).find(bob, shared);
    again.close(LinkEnding.CLOSED);
    rig.settle();
    assertThat(again.unsubscribed).containsExactly((NodeError) null);
  }

  @Test
  void whatIsMissingLooksTheSameToWhoMayNothing() {
    assertThat(attach(SourceRequest.of("nothing"))).isEqualTo(attach(SourceRequest.of("prices")));
    assertThat(attach(SourceRequest.of("prices::nothing")))
        .isEqualTo(attach(SourceRequest.of("prices::audit")));
  }

  @Test
  void everyManagementCallAsks() {
    TopicDefinition topic =
        new TopicDefinition("new", 100, RetryPolicy.DEFAULT, TopicDefinition.Retention.NONE);
    SubscriptionDefinition subscription =
        new SubscriptionDefinition(
            "prices", "new", SubscriptionDefinition.Traits.DURABLE_SHARED, null, "", "");
    List<Supplier<CompletionStage<?>>> calls =
        List.of(
            () -> rig.topics.topics(BOB),
            () -> rig.topics.topic(BOB, "prices"),
            () -> rig.topics.createTopic(BOB, topic),
            () -> rig.topics.deleteTopic(BOB, "prices"),
            () -> rig.topics.subscriptions(BOB, ""),
            () -> rig.topics.subscription(BOB, "prices::audit"),
            () -> rig.topics.createSubscription(BOB, subscription, StartFrom.LATEST),
            () -> rig.topics.deleteSubscription(BOB, "prices::audit"),
            () -> rig.topics.purgeSubscription(BOB, "prices::audit"),
            () -> rig.topics.seekSubscription(BOB, "prices::audit", StartFrom.LATEST),
            () -> rig.admin.peek(BOB, "prices::audit", 0, 1));
    for (Supplier<CompletionStage<?>> call : calls) {
      NodeException refused = catchThrowableOfType(NodeException.class, () -> rig.get(call.get()));
      assertThat(refused.error().code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
    }
  }

  @Test
  void aPatternsGrantIsAskedToo() {
    assertThat(attach(SourceRequest.of("pri.*")).code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
    grant(Permission.RECEIVE, Resource.Kind.TOPIC, "pri.*");
    assertThat(attach(SourceRequest.of("pri.*"))).isNull();
  }
}
