package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.IncomingMessage.Marks;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.deadletter.Backoff;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.FaultyMessageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One consumer at a time has the messages of a group, in order. */
class GroupTest {
  private static final RetryPolicy RETRIES =
      new RetryPolicy(4, new Backoff(1_000, 2, 300_000, 0), RetryPolicy.COUNTED_BY_DEFAULT);

  private final Rig rig = new Rig();

  /** Sends messages whose first letter is their group; {@code -} for none. */
  private static void send(Rig rig, String node, String... texts) {
    TestPublisher publisher = new TestPublisher(rig).open(node);
    for (String text : texts) {
      publisher.send("", message(text, text.substring(0, 1)), text);
    }
    rig.settle();
    assertThat(publisher.accepted()).hasSize(texts.length);
    publisher.close();
    rig.settle();
  }

  private static IncomingMessage message(String text, String group) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    Marks marks = new Marks(group.equals("-") ? null : group, 0, 0, null, null, 0);
    return new IncomingMessage(true, (byte) 4, -1, 0, 0, body, marks);
  }

  private TestConsumer consumer(String node, long credit) {
    return consumer(rig, node, credit);
  }

  private static TestConsumer consumer(Rig rig, String node, long credit) {
    TestConsumer consumer = new TestConsumer(rig).open(node).flow(credit);
    rig.settle();
    return consumer;
  }

  @Test
  void aGroupStaysWithItsHolderAndOthersGoToOthers() {
    rig.create("q");
    TestConsumer one = consumer("q", 100);
    TestConsumer two = consumer("q", 100);
    send(rig, "q", "a1", "b1", "a2", "a3", "b2", "-1", "-2");
    assertThat(one.take()).contains("a1", "a2", "a3").doesNotContain("b1", "b2");
    assertThat(two.take()).contains("b1", "b2").doesNotContain("a1", "a2", "a3");
    for (int i = 0; i < 3; i++) {
      one.settle(i, Outcome.ACCEPTED);
    }
    send(rig, "q", "b3", "a4", "a5", "b4");
    assertThat(one.take()).containsExactly("a4", "a5");
    assertThat(two.take()).containsExactly("b3", "b4");
  }

  @Test
  void aHolderWithoutCreditHoldsUpOnlyItsGroups() {
    rig.create("q");
    TestConsumer holder = consumer("q", 1);
    send(rig, "q", "a1", "a2", "b1", "a3", "-1", "c1");
    assertThat(holder.take()).containsExactly("a1");
    TestConsumer other = consumer("q", 100);
    assertThat(other.take()).containsExactly("b1", "-1", "c1");
    holder.flow(2);
    rig.settle();
    assertThat(holder.take()).containsExactly("a2");
    holder.flow(10);
    send(rig, "q", "a4");
    assertThat(holder.take()).containsExactly("a3", "a4");
    assertThat(other.take()).isEmpty();
  }

  @Test
  void whenTheHolderGoesTheGroupMovesInOrder() {
    rig.create("q");
    TestConsumer holder = consumer("q", 2);
    send(rig, "q", "a1", "a2", "a3", "a4");
    TestConsumer next = consumer("q", 100);
    TestConsumer third = consumer("q", 100);
    assertThat(holder.take()).containsExactly("a1", "a2");
    assertThat(next.take()).isEmpty();
    holder.close();
    rig.settle();
    TestConsumer now = next.deliveries.isEmpty() ? third : next;
    assertThat(now.take()).containsExactly("a1", "a2", "a3", "a4");
    assertThat((now == next ? third : next).take()).isEmpty();
  }

  @Test
  void aReleasedMessageComesBackToTheHolder() {
    rig.create("q");
    TestConsumer holder = consumer("q", 1);
    TestConsumer other = consumer("q", 100);
    send(rig, "q", "a1", "b1", "a2");
    assertThat(holder.take()).containsExactly("a1");
    holder.settle(0, Outcome.RELEASED);
    rig.settle();
    assertThat(other.take()).containsExactly("b1");
    holder.flow(3);
    rig.settle();
    assertThat(holder.take()).containsExactly("a1", "a2");
  }

  @Test
  void whatTheHolderShunsIsForOthers() {
    rig.create("q");
    TestConsumer holder = consumer("q", 1);
    TestConsumer other = consumer("q", 100);
    send(rig, "q", "a1", "a2");
    holder.settle(0, new Outcome.Modified(false, true));
    rig.settle();
    assertThat(other.take()).containsExactly("a1");
    holder.flow(5);
    rig.settle();
    assertThat(holder.take()).containsExactly("a1", "a2");
  }

  @Test
  void groupsSurviveARestartWithoutReadingBodies() {
    rig.create("q");
    send(rig, "q", "a1", "b1", "a2", "b2");
    rig.store.killAndReopen();
    rig.boot(rig.store);
    TestConsumer one = consumer("q", 1);
    TestConsumer two = consumer("q", 100);
    assertThat(one.take()).containsExactly("a1");
    assertThat(two.take()).containsExactly("b1", "b2");
  }

  @Test
  void aSharedSubscriptionKeepsGroupsTogetherToo() {
    rig.topic("t");
    rig.subscribe("t", "s", null, StartFrom.LATEST);
    TestConsumer one = consumer("t::s", 1);
    TestConsumer two = consumer("t::s", 100);
    send(rig, "t", "a1", "a2", "b1");
    assertThat(one.take()).containsExactly("a1");
    assertThat(two.take()).containsExactly("b1");
    one.close();
    rig.settle();
    assertThat(two.take()).containsExactly("a1", "a2");
  }

  @Test
  void aSubscriptionByPatternKeepsGroupsTogetherOverItsTopics() {
    rig.topic("t.a");
    rig.topic("t.b");
    rig.subscribe("t.*", "s", null, StartFrom.LATEST);
    TestConsumer one = consumer("t.*::s", 1);
    TestConsumer two = consumer("t.*::s", 100);
    send(rig, "t.a", "a1");
    assertThat(one.take()).containsExactly("a1");
    send(rig, "t.b", "a2", "b1");
    send(rig, "t.a", "b2");
    assertThat(two.take()).containsExactly("b1", "b2");
    one.flow(5);
    rig.settle();
    assertThat(one.take()).containsExactly("a2");
  }

  @Test
  void aDrainIsAnsweredThoughOthersGroupsWait() {
    rig.create("q");
    TestConsumer holder = consumer("q", 1);
    send(rig, "q", "a1", "a2", "a3");
    assertThat(holder.take()).containsExactly("a1");
    TestConsumer other = new TestConsumer(rig).open("q").flow(5, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(other.take()).isEmpty();
    assertThat(other.drained).hasSize(1);
  }

  @Test
  void purgedMessagesDoNotHoldTheirGroup() {
    rig.create("q");
    TestConsumer holder = consumer("q", 1);
    send(rig, "q", "a1", "a2", "a3");
    TestConsumer other = consumer("q", 100);
    assertThat(other.take()).isEmpty();
    assertThat(rig.get(rig.admin.purgeQueue(Rig.ADMIN, "q"))).isEqualTo(2);
    holder.settle(0, Outcome.ACCEPTED);
    holder.close();
    rig.settle();
    send(rig, "q", "a4");
    assertThat(other.take()).containsExactly("a4");
    assertThat(rig.messages("q")).isEqualTo(1);
  }

  @Test
  void manyGroupsAndLittleMemoryKeepOrder() {
    Rig small = new Rig(FaultyMessageStore.create(), Rig.tiny());
    small.create("q");
    TestConsumer one = consumer(small, "q", 1);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String text = "a" + "x".repeat(200) + i;
      send(small, "q", text, "b" + i);
      expected.add(text);
    }
    TestConsumer two = consumer(small, "q", 1_000);
    assertThat(two.take()).hasSize(60).allMatch(text -> text.startsWith("b"));
    one.flow(1_000);
    small.settle();
    assertThat(one.take()).isEqualTo(expected);
  }

  @Test
  void moreGroupsThanAreKnownAtOnceAreServedAllTheSame() {
    rig.create("q");
    TestConsumer one = consumer("q", 700);
    TestConsumer two = consumer("q", 700);
    TestPublisher publisher = new TestPublisher(rig).open("q");
    for (int i = 0; i < 3_000; i++) {
      publisher.send("", message("m" + i, "group" + i), i);
    }
    rig.settle();
    assertThat(one.deliveries.size() + two.deliveries.size()).isEqualTo(MessageGroups.MOST);
    int settled = 0;
    while (settled < 3_000) {
      for (TestConsumer each : List.of(one, two)) {
        for (int i = 0; i < each.deliveries.size(); i++) {
          each.settle(i, Outcome.ACCEPTED);
        }
        settled += each.deliveries.size();
        each.deliveries.clear();
        each.flow(10_000);
      }
      rig.settle();
    }
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void aVeryLongGroupIdIsAGroupToo() {
    rig.create("q");
    String group = "g".repeat(100_000);
    TestConsumer one = consumer("q", 1);
    TestPublisher publisher = new TestPublisher(rig).open("q");
    publisher.send("", message("1", group), 1);
    publisher.send("", message("2", group), 2);
    publisher.send("", message("3", group + "h"), 3);
    rig.settle();
    TestConsumer two = consumer("q", 10);
    assertThat(publisher.accepted()).hasSize(3);
    assertThat(one.take()).containsExactly("1");
    assertThat(two.take()).containsExactly("3");
  }

  @Test
  void aRetryMakesOnlyItsGroupWait() {
    TimeRig time = new TimeRig(rig);
    time.create(RETRIES);
    TestConsumer holder = consumer("q", 1);
    send(rig, "q", "a1", "a2", "b1");
    assertThat(holder.take()).containsExactly("a1");
    holder.settle(0, new Outcome.Modified(true, false));
    holder.flow(100);
    rig.settle();
    TestConsumer other = consumer("q", 100);
    send(rig, "q", "a3", "-1");
    assertThat(holder.take()).contains("b1").doesNotContain("a1", "a2", "a3");
    assertThat(other.take()).doesNotContain("a1", "a2", "a3");
    time.advance(999);
    assertThat(holder.take()).isEmpty();
    time.advance(1);
    assertThat(holder.take()).containsExactly("a1", "a2", "a3");
    assertThat(other.take()).isEmpty();
  }

  @Test
  void aGroupThatWaitsForARetryWaitsAfterARestartToo() {
    TimeRig time = new TimeRig(rig);
    time.create(RETRIES);
    TestConsumer holder = consumer("q", 1);
    send(rig, "q", "a1", "a2", "b1");
    holder.settle(0, new Outcome.Modified(true, false));
    rig.settle();
    time.restart();
    TestConsumer next = consumer("q", 100);
    assertThat(next.take()).containsExactly("b1");
    time.advance(1_000);
    assertThat(next.take()).containsExactly("a1", "a2");
  }

  @Test
  void whatIsPurgedWhileItWaitsReleasesItsGroup() {
    TimeRig time = new TimeRig(rig);
    time.create(RETRIES);
    TestConsumer holder = consumer("q", 1);
    send(rig, "q", "a1");
    holder.settle(0, new Outcome.Modified(true, false));
    rig.settle();
    rig.get(rig.admin.purgeQueue(Rig.ADMIN, "q"));
    send(rig, "q", "a2");
    holder.flow(5);
    rig.settle();
    assertThat(holder.take()).containsExactly("a1", "a2");
  }
}
