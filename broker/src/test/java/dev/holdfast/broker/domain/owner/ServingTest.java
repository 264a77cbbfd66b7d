package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.broker.domain.QueueDefinition.Serving;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.SourceRequest.Selection;
import dev.holdfast.broker.domain.SourceRequest.Turn;
import dev.holdfast.broker.domain.StartFrom;
import org.junit.jupiter.api.Test;

/** Whose turn it is: consumer priorities, exclusive consumers, a single active one. */
class ServingTest {
  private final Rig rig = new Rig();

  private TestConsumer consumer(SourceRequest source, long credit) {
    TestConsumer consumer = new TestConsumer(rig).open(Rig.peer(), source).flow(credit);
    rig.settle();
    return consumer;
  }

  private static SourceRequest prior(String address, int priority) {
    return new SourceRequest(address, null, null, null, Selection.ALL, new Turn(priority, false));
  }

  private static SourceRequest exclusive(SourceRequest source) {
    return new SourceRequest(
        source.address(), null, null, source.subscription(), source.selection(), new Turn(0, true));
  }

  private void singleActive(String name) {
    rig.get(
        rig.admin.createQueue(
            Rig.ADMIN,
            new QueueDefinition(
                name,
                1 << 20,
                Handling.DEFAULT,
                Lifetime.DEFAULT,
                Limits.NONE,
                IdempotencyPolicy.DEFAULT,
                new Serving(true, false))));
  }

  @Test
  void aHigherPriorityIsServedFirstWhileItHasCredit() {
    rig.create("q");
    TestConsumer low = consumer(prior("q", -1), 10);
    TestConsumer usual = consumer(prior("q", 0), 1);
    TestConsumer high = consumer(prior("q", 7), 2);
    TestConsumer alike = consumer(prior("q", 7), 1);
    rig.send("q", "a", "b", "c", "d", "e", "f");
    assertThat(high.take()).containsExactly("a", "c");
    assertThat(alike.take()).containsExactly("b");
    assertThat(usual.take()).containsExactly("d");
    assertThat(low.take()).containsExactly("e", "f");
    high.flow(3);
    rig.settle();
    rig.send("q", "g", "h");
    assertThat(high.take()).containsExactly("g");
    assertThat(low.take()).containsExactly("h");
  }

  @Test
  void whatTheHigherOneShunsIsForTheLowerOne() {
    rig.create("q");
    TestConsumer low = consumer(prior("q", 1), 10);
    TestConsumer high = consumer(prior("q", 2), 10);
    rig.send("q", "a", "b");
    assertThat(high.take()).containsExactly("a", "b");
    high.settle(0, new Outcome.Modified(false, true));
    rig.settle();
    assertThat(low.take()).containsExactly("a");
    high.close();
    rig.settle();
    assertThat(low.take()).containsExactly("b");
  }

  @Test
  void anExclusiveConsumerIsAlone() {
    rig.create("q");
    SourceRequest ordinary = SourceRequest.of("q");
    TestConsumer first = consumer(ordinary, 1);
    TestConsumer refused = consumer(exclusive(ordinary), 1);
    assertThat(refused.closed.code()).isEqualTo(NodeError.Code.LOCKED);
    first.close();
    rig.settle();
    TestConsumer alone = consumer(exclusive(ordinary), 10);
    assertThat(consumer(ordinary, 1).closed.code()).isEqualTo(NodeError.Code.LOCKED);
    assertThat(consumer(exclusive(ordinary), 1).closed.code()).isEqualTo(NodeError.Code.LOCKED);
    rig.send("q", "a", "b");
    assertThat(alone.take()).containsExactly("a", "b");
    alone.close();
    rig.settle();
    assertThat(consumer(ordinary, 5).take()).containsExactly("a", "b");
  }

  @Test
  void anExclusiveConsumerOfASharedSubscriptionIsAlone() {
    rig.topic("t");
    rig.subscribe("t", "s", null, StartFrom.LATEST);
    SourceRequest ordinary = SourceRequest.of("t::s");
    TestConsumer alone = consumer(exclusive(ordinary), 10);
    assertThat(consumer(ordinary, 1).closed.code()).isEqualTo(NodeError.Code.LOCKED);
    rig.send("t", "a");
    assertThat(alone.take()).containsExactly("a");
  }

  @Test
  void theNextConsumerTakesOverInOrder() {
    singleActive("q");
    TestConsumer first = consumer(SourceRequest.of("q"), 2);
    TestConsumer second = consumer(SourceRequest.of("q"), 10);
    TestConsumer third = consumer(SourceRequest.of("q"), 10);
    rig.send("q", "a", "b", "c");
    assertThat(first.take()).containsExactly("a", "b");
    assertThat(second.take()).isEmpty();
    first.settle(0, Outcome.ACCEPTED);
    first.close();
    rig.settle();
    assertThat(second.take()).containsExactly("b", "c");
    assertThat(third.take()).isEmpty();
    second.settle(0, Outcome.ACCEPTED);
    second.settle(1, Outcome.ACCEPTED);
    second.close();
    rig.send("q", "d");
    assertThat(third.take()).containsExactly("d");
  }

  @Test
  void aHigherPriorityTakesOverOnceNothingIsOut() {
    singleActive("q");
    TestConsumer first = consumer(SourceRequest.of("q"), 1);
    rig.send("q", "a", "b");
    TestConsumer high = consumer(prior("q", 5), 10);
    assertThat(high.take()).isEmpty();
    first.flow(10);
    rig.settle();
    assertThat(first.take()).containsExactly("a");
    first.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(first.take()).isEmpty();
    assertThat(high.take()).containsExactly("b");
  }

  @Test
  void aConsumerThatWaitsForItsTurnDrainsAtOnce() {
    singleActive("q");
    TestConsumer first = consumer(SourceRequest.of("q"), 0);
    rig.send("q", "a");
    TestConsumer second = new TestConsumer(rig).open("q").flow(10, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(second.drained).containsExactly(1L);
    first.close();
    rig.settle();
    assertThat(second.take()).isEmpty();
    second.flow(11);
    rig.settle();
    assertThat(second.take()).containsExactly("a");
  }

  @Test
  void aSingleActiveConsumerIsOneAfterARestart() {
    singleActive("q");
    rig.send("q", "a", "b");
    rig.store.killAndReopen();
    rig.boot(rig.store);
    assertThat(rig.info("q").definition().serving().singleActiveConsumer()).isTrue();
    TestConsumer first = consumer(SourceRequest.of("q"), 1);
    TestConsumer second = consumer(SourceRequest.of("q"), 10);
    assertThat(first.take()).containsExactly("a");
    assertThat(second.take()).isEmpty();
  }
}
