package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.storage.FaultyMessageStore;
import dev.holdfast.storage.StoredMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Consumers of a queue that choose by a selector. */
class SelectorTest {
  private final Rig rig = new Rig();
  private final Peer one = new Peer(Rig.ADMIN, "one");

  /** Remembers what it was asked about. */
  private static final class Counting implements MessageFilter {
    private final String text;
    final List<String> asked = new ArrayList<>();

    Counting(String text) {
      this.text = text;
    }

    @Override
    public boolean matches(StoredMessage message, int deliveryCount) {
      String body = Rig.text(message.body());
      asked.add(body.length() > 8 ? body.substring(0, 8) : body);
      return body.contains(text);
    }

    @Override
    public byte[] encoded() {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  private TestConsumer choose(Rig on, MessageFilter filter) {
    return new TestConsumer(on).open(one, Sources.filtered("q", filter));
  }

  @Test
  void takesItsOwnFromTheMiddleAndLeavesTheRest() {
    rig.create("q");
    TestConsumer red = choose(rig, new TextFilter("red")).flow(10);
    rig.settle();
    rig.send("q", "blue 1", "red 1", "blue 2", "red 2");
    assertThat(red.take()).containsExactly("red 1", "red 2");
    assertThat(red.opened.filter()).isEqualTo(new TextFilter("red"));

    TestConsumer all = new TestConsumer(rig).open("q").flow(10);
    rig.settle();
    assertThat(all.take()).containsExactly("blue 1", "blue 2");
    red.settle(0, Outcome.RELEASED);
    red.settle(1, Outcome.ACCEPTED);
    rig.settle();
    assertThat(rig.messages("q")).isEqualTo(3);
  }

  @Test
  void looksAtEachMessageOnceAndAtWhatComesBackOnceMore() {
    rig.create("q");
    Counting filter = new Counting("red");
    TestConsumer red = choose(rig, filter).flow(10);
    rig.settle();
    for (int i = 0; i < 50; i++) {
      rig.send("q", "blue" + i);
    }
    assertThat(filter.asked).hasSize(50).doesNotHaveDuplicates();

    TestConsumer other = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    other.settle(0, new Outcome.Modified(true, false));
    rig.settle();
    assertThat(filter.asked).hasSize(51).endsWith("blue0");
    rig.send("q", "red");
    assertThat(red.take()).containsExactly("red");
    assertThat(filter.asked).hasSize(52);
  }

  @Test
  void whatComesBackIsTakenInItsPlace() {
    rig.create("q");
    rig.send("q", "red 1", "red 2", "red 3");
    TestConsumer red = choose(rig, new TextFilter("red")).flow(2);
    rig.settle();
    red.settle(0, Outcome.RELEASED);
    rig.settle();
    red.take();
    red.flow(4);
    rig.settle();
    assertThat(red.take()).containsExactly("red 1", "red 3");
  }

  @Test
  void drainEndsWhenNothingMatchesAnyMore() {
    rig.create("q");
    rig.send("q", "blue", "red", "blue");
    TestConsumer red = choose(rig, new TextFilter("red")).flow(10, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(red.take()).containsExactly("red");
    assertThat(red.drained).containsExactly(0L);
  }

  @Test
  void readsOnBeyondTheWindowWithLittleMemory() {
    Rig small = new Rig(FaultyMessageStore.create(), Rig.tiny());
    small.create("q");
    for (int i = 0; i < 200; i++) {
      small.send("q", (i % 20 == 19 ? "red" : "blue") + i + "-" + "x".repeat(200));
    }
    Counting filter = new Counting("red");
    TestConsumer red = choose(small, filter).flow(4);
    small.settle();
    assertThat(red.take()).hasSize(4);
    assertThat(small.body.nodes().queue("q").subscription.cursors().get(0).backlog.keptBytes())
        .isLessThan(5_000);
    red.settle(1, Outcome.RELEASED);
    red.settle(2, Outcome.ACCEPTED);
    small.settle();
    red.flow(100, Long.MAX_VALUE, true);
    small.settle();
    List<String> rest = red.take();
    assertThat(rest).hasSize(7);
    assertThat(rest.get(0)).startsWith("red39-");
    assertThat(rest.get(6)).startsWith("red199-");
    assertThat(red.drained).containsExactly(0L);

    TestConsumer all = new TestConsumer(small).open("q").flow(1_000, Long.MAX_VALUE, true);
    small.settle();
    assertThat(all.take()).hasSize(190).allMatch(text -> text.startsWith("blue"));
  }

  @Test
  void severalThatReadOnNeverGetTheSameMessage() {
    Rig small = new Rig(FaultyMessageStore.create(), Rig.tiny());
    small.create("q");
    for (int i = 0; i < 100; i++) {
      small.send("q", (i % 5 == 4 ? "red" : "blue") + i + "-" + "x".repeat(150));
    }
    TestConsumer a = choose(small, new TextFilter("red")).flow(5);
    TestConsumer b = choose(small, new TextFilter("red")).flow(5);
    small.settle();
    for (int i = 0; i < 5; i++) {
      a.settle(i, i == 0 ? Outcome.RELEASED : Outcome.ACCEPTED);
      small.settle();
    }
    a.flow(20);
    b.flow(20);
    small.settle();
    List<String> got = new ArrayList<>(a.take());
    got.addAll(b.take());
    assertThat(got).hasSize(21);
    assertThat(got.stream().distinct()).hasSize(20);
  }

  @Test
  void aConsumerOfASharedSubscriptionMayChooseToo() {
    rig.topic("t");
    rig.subscribe("t", "s", null, StartFrom.LATEST);
    TestConsumer red =
        new TestConsumer(rig).open(one, Sources.filtered("t::s", new TextFilter("red"))).flow(9);
    rig.settle();
    rig.send("t", "blue", "red");
    assertThat(red.take()).containsExactly("red");
    assertThat(rig.subscription("t::s").messages()).isEqualTo(2);
  }

  @Test
  void whenItGoesItsMessagesAreForOthers() {
    rig.create("q");
    rig.send("q", "red 1", "red 2");
    TestConsumer red = choose(rig, new TextFilter("red")).flow(1);
    rig.settle();
    TestConsumer later = new TestConsumer(rig).open("q").flow(5);
    rig.settle();
    assertThat(later.take()).containsExactly("red 2");
    red.close(LinkEnding.LOST);
    rig.settle();
    assertThat(later.take()).containsExactly("red 1");
  }

  @Test
  void memoryStaysFlatWhenOneMessageWaitsForEver() {
    rig.create("q");
    TestConsumer red = choose(rig, new TextFilter("red")).flow(1_000_000);
    rig.settle();
    rig.send("q", "nobody's");
    for (int i = 0; i < 20_000; i++) {
      TestConsumer taker = red;
      rig.send("q", "red");
      taker.settle(taker.deliveries.size() - 1, Outcome.ACCEPTED);
    }
    rig.settle();
    assertThat(rig.messages("q")).isEqualTo(1);
    Window window = rig.body.nodes().queue("q").subscription.cursors().get(0).backlog.window();
    assertThat(window.tail()).isLessThan(100);
  }
}
