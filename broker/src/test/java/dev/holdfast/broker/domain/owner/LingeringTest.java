package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.SubscriptionRequest;
import org.junit.jupiter.api.Test;

/** Subscriptions that are kept for a while after their last consumer has gone. */
class LingeringTest {
  private static final String ADDRESS = "t::c|s";
  private static final long LINGER_MS = 5_000;

  private final Rig rig = new Rig();
  private final Peer peer = new Peer(Rig.ADMIN, "c");

  LingeringTest() {
    rig.topic("t");
  }

  private TestConsumer attach() {
    SourceRequest source =
        new SourceRequest(
            "t",
            NodeKind.TOPIC,
            null,
            new SubscriptionRequest("s", true, false, false, LINGER_MS),
            SourceRequest.Selection.ALL,
            SourceRequest.Turn.ORDINARY);
    TestConsumer consumer = new TestConsumer(rig).open(peer, source).flow(10);
    rig.settle();
    return consumer;
  }

  private void pass(long ms) {
    for (long passed = 0; passed < ms; passed += 1_000) {
      rig.clock.advance(1_000);
      rig.settle();
    }
  }

  private void assertGone() {
    assertThatThrownBy(() -> rig.subscription(ADDRESS)).isInstanceOf(NodeException.class);
  }

  @Test
  void itIsKeptForItsTimeAndThenDeleted() {
    TestConsumer consumer = attach();
    assertThat(consumer.opened.subscription().lingerMs()).isEqualTo(LINGER_MS);
    pass(3 * LINGER_MS);
    consumer.close(LinkEnding.DETACHED);
    rig.send("t", "a");
    pass(LINGER_MS - 2_000);
    assertThat(attach().take()).containsExactly("a");
  }

  @Test
  void afterItsTimeItIsGone() {
    attach().close(LinkEnding.LOST);
    pass(LINGER_MS + 2_000);
    assertGone();
    assertThat(rig.get(rig.topics.topic(Rig.ADMIN, "t")).subscriptions()).isZero();
  }

  @Test
  void comingBackBeginsTheTimeAnew() {
    attach().close(LinkEnding.DETACHED);
    pass(LINGER_MS - 2_000);
    attach().close(LinkEnding.DETACHED);
    pass(LINGER_MS - 2_000);
    assertThat(rig.subscription(ADDRESS).consumers()).isZero();
    pass(4_000);
    assertGone();
  }

  @Test
  void aRestartBeginsTheTimeAnewAndForgetsNothing() {
    attach().close(LinkEnding.DETACHED);
    pass(LINGER_MS - 2_000);
    rig.boot(rig.store);
    pass(LINGER_MS - 2_000);
    assertThat(rig.subscription(ADDRESS).messages()).isZero();
    pass(4_000);
    assertGone();
    rig.boot(rig.store);
    assertGone();
  }
}
