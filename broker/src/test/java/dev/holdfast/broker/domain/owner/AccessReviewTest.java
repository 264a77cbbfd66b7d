package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.StartFrom;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Links that were let in, when what their principal may do changes. */
class AccessReviewTest {
  private final Rig rig = new Rig();
  private final Set<Permission> lost = EnumSet.noneOf(Permission.class);
  private final Peer one = new Peer(new Principal("user:one", Set.of()), "one");
  private final Peer two = new Peer(new Principal("user:two", Set.of()), "two");

  AccessReviewTest() {
    rig.policy =
        (who, permission, what) ->
            new Decision(who.name().equals("uid:1") || !lost.contains(permission), "test");
    rig.boot(rig.store);
    rig.create("q");
    rig.topic("t");
  }

  private TestPublisher publisher(Peer peer) {
    TestPublisher publisher = new TestPublisher(rig);
    publisher.peer = peer;
    return publisher.open("q");
  }

  private TestConsumer consumer(Peer peer) {
    return new TestConsumer(rig).open(peer, SourceRequest.of("q")).flow(10);
  }

  private static void assertRevoked(NodeError error) {
    assertThat(error.code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
    assertThat(error.description()).startsWith("HF-ACL-REVOKED");
  }

  @Test
  void onlyThePeersLinksThatLostTheirRightAreClosed() {
    TestPublisher mine = publisher(one);
    TestPublisher others = publisher(two);
    TestConsumer reader = consumer(one);
    rig.settle();
    lost.add(Permission.SEND);
    rig.submit(new OwnerCommand.Recheck(one));
    rig.settle();
    assertRevoked(mine.closed);
    assertThat(others.closed).isNull();
    assertThat(reader.closed).isNull();
    mine.send("late");
    others.send("fine");
    rig.settle();
    assertThat(mine.refusals()).containsExactly(NodeError.Code.UNAUTHORIZED);
    assertThat(others.accepted()).containsExactly("fine");
    rig.submit(new OwnerCommand.Recheck(null));
    rig.settle();
    assertRevoked(others.closed);
  }

  @Test
  void whatIsOutAtAClosedConsumerGoesToAnother() {
    TestConsumer first = consumer(one);
    rig.settle();
    publisher(two).send("a");
    rig.settle();
    assertThat(first.take()).containsExactly("a");
    TestConsumer second = new TestConsumer(rig);
    second.open(Rig.peer(), SourceRequest.of("q")).flow(10);
    lost.add(Permission.RECEIVE);
    rig.submit(new OwnerCommand.Recheck(null));
    rig.settle();
    assertRevoked(first.closed);
    assertThat(second.closed).isNull();
    assertThat(second.take()).containsExactly("a");
    rig.send("q", "b");
    assertThat(first.take()).isEmpty();
    assertThat(second.take()).containsExactly("b");
  }

  @Test
  void subscriptionsStayAndVolatileOnesGo() {
    rig.subscribe("t", "kept", null, StartFrom.LATEST);
    TestConsumer named = new TestConsumer(rig).open(one, SourceRequest.of("t::kept")).flow(10);
    TestConsumer own = new TestConsumer(rig).open(one, SourceRequest.of("t")).flow(10);
    rig.settle();
    lost.add(Permission.RECEIVE);
    rig.submit(new OwnerCommand.Recheck(one));
    rig.settle();
    assertRevoked(named.closed);
    assertRevoked(own.closed);
    rig.send("t", "later");
    assertThat(named.take()).isEmpty();
    assertThat(rig.body.nodes().subscriptions().all())
        .extracting(s -> s.definition.name())
        .containsExactly("kept");
  }

  @Test
  void forALinksOwnSubscriptionTheRightToItsTopicIsEnough() {
    Rig strict = new Rig();
    strict.policy =
        (who, permission, what) ->
            new Decision(
                who.name().equals("uid:1")
                    || (permission == Permission.RECEIVE && what.equals(Resource.topic("t"))),
                "test");
    strict.boot(strict.store);
    strict.topic("t");
    TestConsumer own = new TestConsumer(strict).open(one, SourceRequest.of("t")).flow(10);
    strict.settle();
    assertThat(own.opened).isNotNull();
    strict.submit(new OwnerCommand.Recheck(null));
    strict.settle();
    assertThat(own.closed).isNull();
    strict.send("t", "on");
    assertThat(own.take()).containsExactly("on");
  }

  @Test
  void browsersNeedTheirOwnRight() {
    TestConsumer browser = new TestConsumer(rig).open(one, Sources.browse("q", null)).flow(10);
    rig.settle();
    assertThat(browser.opened).isNotNull();
    lost.add(Permission.BROWSE);
    rig.submit(new OwnerCommand.Recheck(one));
    rig.settle();
    assertRevoked(browser.closed);
    rig.send("q", "unseen");
    assertThat(browser.texts).isEqualTo(List.of());
  }
}
