package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.DynamicNode;
import dev.holdfast.broker.domain.DynamicNode.Lifetime;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.TargetRequest;
import org.junit.jupiter.api.Test;

/** Nodes made by links. */
class DynamicNodeTest {
  private final Rig rig = new Rig();

  private TestConsumer source(NodeKind kind, Lifetime lifetime, Peer peer) {
    TestConsumer consumer = new TestConsumer(rig);
    SourceRequest source =
        new SourceRequest(
            "",
            kind,
            new DynamicNode(kind, lifetime),
            null,
            SourceRequest.Selection.ALL,
            SourceRequest.Turn.ORDINARY);
    rig.submit(
        new OwnerCommand.OpenConsumer(
            consumer, peer, source, false, new Outcome.Modified(true, false)),
        new OwnerCommand.Flow(consumer, 100, Long.MAX_VALUE, false));
    rig.settle();
    return consumer;
  }

  private TestPublisher target(NodeKind kind, Lifetime lifetime) {
    TestPublisher publisher = new TestPublisher(rig);
    rig.submit(
        new OwnerCommand.OpenPublisher(
            publisher,
            Rig.peer(),
            new TargetRequest("", kind, new DynamicNode(kind, lifetime), false)));
    rig.settle();
    return publisher;
  }

  private void close(TestConsumer consumer, LinkEnding ending) {
    rig.submit(new OwnerCommand.CloseConsumer(consumer, ending));
    rig.settle();
  }

  private boolean exists(String name) {
    return rig.body.nodes().find(name) != null;
  }

  @Test
  void aReplyQueueTakesRepliesAndGoesWithItsLink() {
    TestConsumer replies = source(NodeKind.QUEUE, Lifetime.DELETE_ON_CLOSE, Rig.peer());
    String name = replies.opened.address();
    assertThat(name).startsWith("$temp.").hasSizeGreaterThan(25);
    TestPublisher anonymous = new TestPublisher(rig).open("");
    anonymous.send(name, Rig.message("answer"), 1);
    rig.settle();
    assertThat(anonymous.accepted()).hasSize(1);
    assertThat(replies.take()).containsExactly("answer");
    close(replies, LinkEnding.LOST);
    assertThat(exists(name)).isFalse();
    anonymous.send(name, Rig.message("too late"), 2);
    rig.settle();
    assertThat(anonymous.refusals()).containsExactly(NodeError.Code.NOT_FOUND);
  }

  @Test
  void aTargetKeepsItsNodeAndOtherLinksUseIt() {
    TestPublisher creator = target(NodeKind.TOPIC, Lifetime.DELETE_ON_CLOSE);
    String name = creator.opened.name();
    assertThat(creator.opened.kind()).isEqualTo(NodeKind.TOPIC);
    TestConsumer subscriber = new TestConsumer(rig).open(name);
    subscriber.flow(10);
    rig.settle();
    rig.send(name, "news");
    assertThat(subscriber.take()).containsExactly("news");
    creator.close();
    rig.settle();
    assertThat(exists(name)).isFalse();
    assertThat(subscriber.closed.code()).isEqualTo(NodeError.Code.DELETED);
  }

  @Test
  void aTemporaryTopicCanBeASource() {
    TestConsumer subscriber = source(NodeKind.TOPIC, Lifetime.DELETE_ON_CLOSE, Rig.peer());
    rig.send(subscriber.opened.address(), "news");
    assertThat(subscriber.take()).containsExactly("news");
  }

  @Test
  void lifetimesAreKept() {
    TestConsumer noLinks = source(NodeKind.QUEUE, Lifetime.DELETE_ON_NO_LINKS, Rig.peer());
    TestConsumer noMessages = source(NodeKind.QUEUE, Lifetime.DELETE_ON_NO_MESSAGES, Rig.peer());
    String first = noLinks.opened.address();
    String second = noMessages.opened.address();
    TestPublisher user = new TestPublisher(rig).open(first);
    rig.settle();
    close(noLinks, LinkEnding.CLOSED);
    assertThat(exists(first)).isTrue();
    user.close();
    rig.settle();
    assertThat(exists(first)).isFalse();

    rig.send(second, "kept");
    close(noMessages, LinkEnding.CLOSED);
    assertThat(exists(second)).isTrue();
    rig.get(rig.admin.receive(Rig.ADMIN, second, 1, Outcome.ACCEPTED));
    rig.clock.advance(1_000);
    rig.settle();
    rig.settle();
    assertThat(exists(second)).isFalse();
  }

  @Test
  void aRestartEndsThemAll() {
    String name =
        source(NodeKind.QUEUE, Lifetime.DELETE_ON_NO_MESSAGES, Rig.peer()).opened.address();
    rig.create("stays");
    rig.store.killAndReopen();
    rig.boot(rig.store);
    assertThat(exists(name)).isFalse();
    assertThat(exists("stays")).isTrue();
    assertThat(rig.store.view().definitions()).hasSize(1);
  }

  @Test
  void whoMayNotCreateIsRefused() {
    TestConsumer refused =
        source(NodeKind.QUEUE, Lifetime.DELETE_ON_CLOSE, new Peer(Rig.STRANGER, "c"));
    assertThat(refused.closed.code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
    assertThat(rig.store.view().definitions()).isEmpty();
  }

  /** Whoever is told the name may answer; nobody else may listen. */
  @Test
  void strangersMaySendToANameTheyKnowAndNothingElse() {
    String name = source(NodeKind.QUEUE, Lifetime.DELETE_ON_CLOSE, Rig.peer()).opened.address();
    TestPublisher stranger = new TestPublisher(rig);
    rig.submit(
        new OwnerCommand.OpenPublisher(
            stranger, new Peer(Rig.STRANGER, "x"), TargetRequest.of(name)));
    TestConsumer spy = new TestConsumer(rig);
    rig.submit(
        new OwnerCommand.OpenConsumer(
            spy, new Peer(Rig.STRANGER, "x"), SourceRequest.of(name), false, Outcome.RELEASED));
    stranger.send("answer");
    rig.settle();
    assertThat(stranger.accepted()).containsExactly("answer");
    assertThat(spy.closed.code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
  }
}
