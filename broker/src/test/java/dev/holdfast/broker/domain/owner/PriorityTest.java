package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.broker.domain.QueueDefinition.Serving;
import dev.holdfast.storage.FaultyMessageStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages with a higher priority go first, on queues made for it. */
class PriorityTest {
  private final Rig rig = new Rig();

  private static void prioritised(Rig rig) {
    rig.get(
        rig.admin.createQueue(
            Rig.ADMIN,
            new QueueDefinition(
                "q",
                1 << 20,
                Handling.DEFAULT,
                Lifetime.DEFAULT,
                Limits.NONE,
                IdempotencyPolicy.DEFAULT,
                new Serving(false, true))));
  }

  /** Sends messages whose first letter is their priority. */
  private static void send(Rig rig, String queue, String... texts) {
    TestPublisher publisher = new TestPublisher(rig).open(queue);
    for (String text : texts) {
      byte priority = (byte) (text.charAt(0) - '0');
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      publisher.send("", new IncomingMessage(true, priority, -1, 0, 0, body), text);
    }
    rig.settle();
    assertThat(publisher.accepted()).hasSize(texts.length);
    publisher.close();
    rig.settle();
  }

  private TestConsumer consumer(long credit) {
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(credit);
    rig.settle();
    return consumer;
  }

  @Test
  void higherPrioritiesGoFirstAndEachInOrder() {
    prioritised(rig);
    send(rig, "q", "4a", "0a", "9a", "4b", "9b", "5a");
    TestConsumer consumer = consumer(3);
    assertThat(consumer.take()).containsExactly("9a", "9b", "5a");
    send(rig, "q", "9c");
    consumer.flow(10);
    rig.settle();
    assertThat(consumer.take()).containsExactly("9c", "4a", "4b", "0a");
  }

  @Test
  void withoutTheFlagTheyAreCarriedAndNotHeeded() {
    rig.create("q");
    send(rig, "q", "4a", "0a", "9a");
    TestConsumer consumer = consumer(5);
    assertThat(consumer.take()).containsExactly("4a", "0a", "9a");
    assertThat(consumer.deliveries)
        .extracting(d -> (int) d.message().priority())
        .containsExactly(4, 0, 9);
  }

  @Test
  void whatComesBackKeepsItsPriorityAndItsPlace() {
    prioritised(rig);
    send(rig, "q", "4a", "4b", "7a");
    TestConsumer consumer = consumer(2);
    assertThat(consumer.take()).containsExactly("7a", "4a");
    consumer.settle(0, Outcome.RELEASED);
    consumer.settle(1, Outcome.RELEASED);
    consumer.flow(10);
    rig.settle();
    assertThat(consumer.take()).containsExactly("7a", "4a", "4b");
  }

  @Test
  void aRestartKeepsThemInOrder() {
    prioritised(rig);
    send(rig, "q", "1a", "9a", "5a", "9b");
    TestConsumer before = consumer(1);
    before.settle(0, Outcome.ACCEPTED);
    rig.settle();
    rig.store.killAndReopen();
    rig.boot(rig.store);
    assertThat(rig.messages("q")).isEqualTo(3);
    assertThat(consumer(10).take()).containsExactly("9b", "5a", "1a");
  }

  @Test
  void whatIsOnDiskComesBeforeALowerPriorityInMemory() {
    Rig small = new Rig(FaultyMessageStore.create(), Rig.tiny());
    prioritised(small);
    List<String> expected = new ArrayList<>();
    String filler = "x".repeat(300);
    for (int i = 0; i < 40; i++) {
      String text = "8" + filler + i;
      send(small, "q", text);
      expected.add(text);
    }
    send(small, "q", "2a");
    expected.add("2a");
    TestConsumer consumer = new TestConsumer(small).open("q").flow(100);
    small.settle();
    assertThat(consumer.take()).isEqualTo(expected);
  }

  @Test
  void countsAreSumsAndTheOldestIsTheOldestOfAll() {
    prioritised(rig);
    long first = rig.clock.millis();
    send(rig, "q", "3a");
    rig.clock.advance(4_000);
    send(rig, "q", "7a", "9a");
    assertThat(rig.info("q").messages()).isEqualTo(3);
    assertThat(rig.info("q").bytes()).isPositive();
    assertThat(rig.info("q").published()).isEqualTo(3);
    assertThat(rig.info("q").nextSequence()).isEqualTo(4);
    assertThat(rig.info("q").oldestMs()).isEqualTo(first);
    rig.store.killAndReopen();
    rig.boot(rig.store);
    assertThat(rig.info("q").oldestMs()).isEqualTo(first);
  }

  @Test
  void peekingGoesOnAcrossPriorities() {
    prioritised(rig);
    send(rig, "q", "4a", "9a", "0a", "4b", "9b");
    List<String> seen = new ArrayList<>();
    long from = 0;
    for (int page = 0; page < 4; page++) {
      List<PeekedMessage> peeked = rig.get(rig.admin.peek(Rig.ADMIN, "q", from, 2));
      for (PeekedMessage each : peeked) {
        seen.add(Rig.text(each.message().body()));
        from = each.message().sequence() + 1;
      }
    }
    assertThat(seen).containsExactly("9a", "9b", "4a", "4b", "0a");
  }

  @Test
  void browsersSeeTheOrderOfDelivery() {
    prioritised(rig);
    send(rig, "q", "4a", "9a", "0a");
    TestConsumer browser =
        new TestConsumer(rig).open(Rig.peer(), Sources.browse("q", null)).flow(2);
    rig.settle();
    assertThat(browser.take()).containsExactly("9a", "4a");
    send(rig, "q", "8a");
    browser.flow(10, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(browser.take()).containsExactly("8a", "0a");
    assertThat(browser.drained).hasSize(1);
  }

  @Test
  void purgeAndDeletionAndDeadLettersTakeAllOfThem() {
    prioritised(rig);
    send(rig, "q", "1a", "9a", "5a");
    TestConsumer consumer = consumer(2);
    consumer.settle(1, new Outcome.Rejected("", ""));
    rig.settle();
    assertThat(rig.info("q").deadLetters()).isEqualTo(1);
    assertThat(rig.get(rig.admin.purgeQueue(Rig.ADMIN, "q"))).isEqualTo(1);
    assertThat(rig.messages("q")).isEqualTo(1);
    assertThat(rig.get(rig.admin.deleteQueue(Rig.ADMIN, "q"))).isEqualTo(2);
    rig.store.killAndReopen();
    rig.boot(rig.store);
    assertThat(rig.store.view().logIds()).isEmpty();
  }
}
