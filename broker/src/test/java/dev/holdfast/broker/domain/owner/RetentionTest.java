package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.broker.domain.TopicDefinition.Retention;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What topics keep for subscriptions to come, and where those start. */
class RetentionTest {
  private final Rig rig = new Rig();
  private final Peer one = new Peer(Rig.ADMIN, "one");

  private List<String> all(StartFrom start) {
    TestConsumer consumer =
        new TestConsumer(rig).open(one, Sources.from("prices", start)).flow(1_000);
    rig.settle();
    List<String> texts = consumer.take();
    consumer.close();
    rig.settle();
    return texts;
  }

  @Test
  void aNewSubscriptionStartsWhereItAsksTo() {
    rig.topic("prices", new Retention(3_600_000, 0));
    for (int i = 1; i <= 50; i++) {
      rig.clock.advance(1_000);
      rig.send("prices", "a" + i, "b" + i);
    }
    long thirtieth = rig.clock.millis() - 20_000;

    assertThat(all(StartFrom.EARLIEST)).hasSize(100).startsWith("a1", "b1");
    assertThat(all(StartFrom.LATEST)).isEmpty();
    assertThat(all(new StartFrom.Sequence(100))).containsExactly("b50");
    assertThat(all(new StartFrom.Sequence(0))).hasSize(100);
    assertThat(all(new StartFrom.Sequence(1_000))).isEmpty();
    assertThat(all(new StartFrom.Time(thirtieth))).hasSize(42).startsWith("a30", "b30");
    assertThat(all(new StartFrom.Time(thirtieth + 1))).hasSize(40).startsWith("a31");
    assertThat(all(new StartFrom.Time(0))).hasSize(100);
    assertThat(all(new StartFrom.Time(Long.MAX_VALUE))).isEmpty();
  }

  @Test
  void aStartInTheMiddleOfAChunkIsExact() {
    rig.topic("prices", new Retention(0, 1 << 20));
    rig.send("prices", "1", "2", "3", "4");
    assertThat(all(new StartFrom.Sequence(3))).containsExactly("3", "4");
    rig.subscribe("prices", "late", null, new StartFrom.Sequence(2));
    assertThat(rig.subscription("prices::late").messages()).isEqualTo(3);
  }

  @Test
  void withoutRetentionThereIsNoPast() {
    rig.topic("prices");
    rig.subscribe("prices", "slow", null, StartFrom.LATEST);
    rig.send("prices", "1");
    assertThat(all(StartFrom.EARLIEST)).isEmpty();
  }

  @Test
  void whatIsTooOldGoesAndWhatSomebodyWaitsForStays() {
    rig.topic("prices", new Retention(60_000, 0));
    rig.send("prices", "old");
    rig.subscribe("prices", "slow", null, StartFrom.EARLIEST);
    rig.clock.advance(30_000);
    rig.send("prices", "young");
    rig.clock.advance(31_000);
    rig.settle();

    assertThat(all(StartFrom.EARLIEST)).containsExactly("young");
    assertThat(rig.subscription("prices::slow").messages()).isEqualTo(2);
    rig.clock.advance(60_000);
    rig.settle();
    assertThat(all(StartFrom.EARLIEST)).isEmpty();
    rig.get(rig.topics.deleteSubscription(Rig.ADMIN, "prices::slow"));
    assertThat(rig.store.view().log(1).chunkCount()).isZero();
    rig.send("prices", "next");
    assertThat(all(StartFrom.EARLIEST)).containsExactly("next");
  }

  @Test
  void whatIsTooMuchGoesInWholeChunks() {
    rig.topic("prices", new Retention(0, 500));
    for (int i = 1; i <= 20; i++) {
      rig.send("prices", i + "-" + "x".repeat(97));
    }
    rig.clock.advance(2_000);
    rig.settle();
    assertThat(rig.get(rig.topics.topic(Rig.ADMIN, "prices")).bytes()).isBetween(500L, 600L);
    assertThat(rig.get(rig.topics.topic(Rig.ADMIN, "prices")).firstSequence()).isBetween(15L, 16L);
  }

  @Test
  void retainedMessagesAreSyncedAlthoughNobodyIsThere() {
    rig.topic("prices", new Retention(60_000, 0));
    rig.send("prices", "1");
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    assertThat(all(StartFrom.EARLIEST)).containsExactly("1");
    assertThat(rig.get(rig.admin.peek(Rig.ADMIN, "prices", 0, 10))).hasSize(1);
  }

  @Test
  void aFilterOnThePastIsAskedAsItIsRead() {
    rig.topic("prices", new Retention(60_000, 0));
    rig.send("prices", "gold 1", "tin", "gold 2");
    rig.subscribe("prices", "gold", new TextFilter("gold"), StartFrom.EARLIEST);
    TestConsumer consumer = new TestConsumer(rig).open("prices::gold").flow(9, 1 << 20, true);
    rig.settle();
    assertThat(consumer.take()).containsExactly("gold 1", "gold 2");
    assertThat(consumer.drained).containsExactly(0L);
    assertThat(rig.subscription("prices::gold").messages()).isEqualTo(2);
  }

  @Test
  void aSubscriptionSeeksWhenNobodyUsesIt() {
    rig.topic("prices", new Retention(60_000, 0));
    rig.send("prices", "1", "2", "3");
    TestConsumer consumer = new TestConsumer(rig).open("prices::audit").flow(9);
    rig.settle();
    rig.send("prices", "4");
    consumer.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThatThrownBy(
            () ->
                rig.get(
                    rig.topics.seekSubscription(Rig.ADMIN, "prices::audit", StartFrom.EARLIEST)))
        .isInstanceOf(NodeException.class);
    consumer.close();

    assertThat(
            rig.get(
                    rig.topics.seekSubscription(
                        Rig.ADMIN, "prices::audit", new StartFrom.Sequence(2)))
                .messages())
        .isEqualTo(3);
    TestConsumer again = new TestConsumer(rig).open("prices::audit").flow(9);
    rig.settle();
    assertThat(again.take()).containsExactly("2", "3", "4");
    assertThat(rig.get(rig.topics.purgeSubscription(Rig.ADMIN, "prices::audit"))).isZero();
    again.close();
    rig.settle();
    assertThat(rig.get(rig.topics.purgeSubscription(Rig.ADMIN, "prices::audit"))).isEqualTo(3);
  }

  private void edit(long ageMs, long bytes, int tries) {
    rig.get(
        rig.topics.editTopic(
            Rig.ADMIN,
            "prices",
            was ->
                new TopicDefinition(
                    was.name(),
                    was.maxMessageBytes(),
                    RetryPolicy.atOnce(tries),
                    new Retention(ageMs, bytes))));
    rig.settle();
  }

  @Test
  void aRetentionThatBeginsKeepsWhatComesFromThenOnAndSurvives() {
    rig.topic("prices");
    rig.subscribe("prices", "slow", null, StartFrom.LATEST);
    rig.send("prices", "before");
    edit(60_000, 0, 5);
    rig.send("prices", "after");
    assertThat(all(StartFrom.EARLIEST)).containsExactly("after");
    rig.boot(rig.store);
    assertThat(all(StartFrom.EARLIEST)).containsExactly("after");
    assertThat(rig.subscription("prices::slow").messages()).isEqualTo(2);
    rig.clock.advance(61_000);
    rig.settle();
    assertThat(all(StartFrom.EARLIEST)).isEmpty();
  }

  @Test
  void aShorterRetentionLetsGoAndNoneKeepsNothing() {
    rig.topic("prices", new Retention(3_600_000, 0));
    rig.send("prices", "old");
    rig.clock.advance(30_000);
    rig.send("prices", "young");
    edit(20_000, 0, 5);
    rig.clock.advance(1_000);
    rig.settle();
    assertThat(all(StartFrom.EARLIEST)).containsExactly("young");
    edit(0, 0, 5);
    assertThat(all(StartFrom.EARLIEST)).isEmpty();
    rig.send("prices", "nobody reads this");
    rig.boot(rig.store);
    assertThat(all(StartFrom.EARLIEST)).isEmpty();
    edit(20_000, 0, 5);
    rig.send("prices", "again");
    assertThat(all(StartFrom.EARLIEST)).containsExactly("again");
  }

  @Test
  void fewerTriesHoldForWhatIsOutToo() {
    rig.topic("prices");
    TestConsumer consumer =
        new TestConsumer(rig).open(one, Sources.from("prices", StartFrom.LATEST)).flow(10);
    rig.subscribe("prices", "s", null, StartFrom.LATEST);
    rig.send("prices", "a");
    consumer.close();
    TestConsumer reader = new TestConsumer(rig).open("prices::s").flow(10);
    rig.settle();
    edit(0, 0, 1);
    reader.settle(0, new Outcome.Modified(true, false));
    rig.settle();
    assertThat(rig.subscription("prices::s").deadLetters()).isEqualTo(1);
  }

  @Test
  void whoMayNotChangesNothing() {
    rig.topic("prices");
    assertThatThrownBy(() -> rig.get(rig.topics.editTopic(Rig.STRANGER, "prices", was -> was)))
        .isInstanceOf(NodeException.class);
    assertThatThrownBy(() -> edit(-1, 0, 5)).isInstanceOf(NodeException.class);
    rig.subscribe("prices", "s", null, StartFrom.LATEST);
    assertThatThrownBy(() -> rig.get(rig.topics.editSubscription(Rig.STRANGER, "prices::s", null)))
        .isInstanceOf(NodeException.class);
  }

  @Test
  void aFirstSelectorHoldsForWhatComes() {
    rig.topic("prices");
    rig.subscribe("prices", "s", null, StartFrom.LATEST);
    rig.get(rig.topics.editSubscription(Rig.ADMIN, "prices::s", new TextFilter("a")));
    rig.send("prices", "a", "b");
    assertThat(rig.subscription("prices::s").messages()).isEqualTo(1);
    TestConsumer consumer = new TestConsumer(rig).open("prices::s").flow(10);
    rig.settle();
    assertThat(consumer.take()).containsExactly("a");
  }

  @Test
  void anotherSelectorHoldsForWhatWaitsAndWhatComes() {
    rig.topic("prices");
    rig.subscribe("prices", "s", new TextFilter("a"), StartFrom.LATEST);
    rig.send("prices", "a1", "b1", "ab1");
    assertThat(rig.subscription("prices::s").messages()).isEqualTo(2);
    rig.get(rig.topics.editSubscription(Rig.ADMIN, "prices::s", new TextFilter("ab")));
    rig.send("prices", "a2", "ab2");
    TestConsumer consumer = new TestConsumer(rig).open("prices::s").flow(10);
    rig.settle();
    assertThat(consumer.take()).containsExactly("ab1", "ab2");
    assertThatThrownBy(() -> rig.get(rig.topics.editSubscription(Rig.ADMIN, "prices::s", null)))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("consumers");
    consumer.settle(0, Outcome.ACCEPTED);
    consumer.settle(1, Outcome.ACCEPTED);
    consumer.close();
    rig.settle();
    rig.boot(rig.store);
    rig.send("prices", "a3", "ab3");
    assertThat(rig.subscription("prices::s").messages()).isEqualTo(1);
    rig.get(rig.topics.editSubscription(Rig.ADMIN, "prices::s", null));
    rig.send("prices", "b4");
    TestConsumer every = new TestConsumer(rig).open("prices::s").flow(10);
    rig.settle();
    assertThat(every.take()).containsExactly("ab3", "b4");
  }
}
