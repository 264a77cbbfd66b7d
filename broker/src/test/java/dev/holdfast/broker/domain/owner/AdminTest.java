package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.FaultyMessageStore;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What management sees and does, and who may do what. */
class AdminTest {
  private final Rig rig = new Rig();

  private NodeError.Code refusal(Supplier<CompletionStage<?>> call) {
    try {
      rig.get(call.get());
    } catch (NodeException refused) {
      return refused.error().code();
    }
    throw new AssertionError("not refused");
  }

  private List<String> texts(List<PeekedMessage> messages) {
    return messages.stream().map(m -> Rig.text(m.message().body())).toList();
  }

  @Test
  void queuesSurviveARestartWithTheirSettings() {
    rig.get(
        rig.admin.createQueue(
            Rig.ADMIN, new QueueDefinition("orders.eu", 5_000, RetryPolicy.atOnce(7))));
    rig.create("a");
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    List<QueueInfo> queues = rig.get(rig.admin.queues(Rig.ADMIN));
    assertThat(queues).extracting(i -> i.definition().name()).containsExactly("a", "orders.eu");
    assertThat(queues.get(1).definition().maxMessageBytes()).isEqualTo(5_000);
    assertThat(queues.get(1).definition().retry().maxDeliveries()).isEqualTo(7);
  }

  @Test
  void namesAreCheckedAndGivenOnce() {
    rig.create("q");
    RetryPolicy retry = RetryPolicy.DEFAULT;
    assertThat(refusal(() -> rig.admin.createQueue(Rig.ADMIN, new QueueDefinition("q", 9, retry))))
        .isEqualTo(NodeError.Code.CONFLICT);
    assertThat(refusal(() -> rig.admin.createQueue(Rig.ADMIN, new QueueDefinition("a*", 9, retry))))
        .isEqualTo(NodeError.Code.INVALID);
    assertThat(refusal(() -> rig.admin.createQueue(Rig.ADMIN, new QueueDefinition("b", 0, retry))))
        .isEqualTo(NodeError.Code.INVALID);
  }

  @Test
  void infoCountsExactly() {
    rig.create("q");
    long first = rig.clock.millis();
    rig.send("q", "a", "bb");
    rig.clock.advance(50);
    rig.send("q", "ccc");
    TestPublisher publisher = new TestPublisher(rig).open("q");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(2);
    rig.settle();
    consumer.settle(0, Outcome.ACCEPTED);
    rig.settle();
    QueueInfo info = rig.info("q");
    assertThat(info.messages()).isEqualTo(2);
    assertThat(info.bytes()).isEqualTo(5);
    assertThat(info.unsettled()).isEqualTo(1);
    assertThat(info.consumers()).isEqualTo(1);
    assertThat(info.publishers()).isEqualTo(1);
    assertThat(info.oldestMs()).isEqualTo(first);
    assertThat(info.nextSequence()).isEqualTo(4);
    assertThat(info.published()).isEqualTo(3);
    assertThat(info.delivered()).isEqualTo(2);
    assertThat(info.acknowledged()).isEqualTo(1);
    consumer.close();
    publisher.close();
    rig.store.killAndReopen();
    rig.boot(rig.store);
    assertThat(rig.info("q").oldestMs()).as("read from the disk").isEqualTo(first);
    assertThat(rig.info("q").consumers()).isZero();
  }

  @Test
  void peekChangesNothingAndSeesDeepIntoABacklog() {
    Rig small = new Rig(FaultyMessageStore.create(), Rig.tiny());
    small.create("q");
    for (int i = 0; i < 100; i++) {
      small.send("q", "m" + i + "x".repeat(100));
    }
    TestConsumer consumer = new TestConsumer(small).open("q").flow(1);
    small.settle();
    QueueInfo before = small.info("q");
    List<PeekedMessage> peeked = small.get(small.admin.peek(Rig.ADMIN, "q", 90, 5));
    assertThat(peeked)
        .extracting(m -> m.message().sequence())
        .containsExactly(90L, 91L, 92L, 93L, 94L);
    peeked = small.get(small.admin.peek(Rig.ADMIN, "q", 0, 2));
    assertThat(peeked).extracting(PeekedMessage::unsettled).containsExactly(true, false);
    assertThat(small.info("q")).isEqualTo(before);
    consumer.settle(0, new Outcome.Modified(true, true));
    small.settle();
    assertThat(small.get(small.admin.peek(Rig.ADMIN, "q", 0, 1)).get(0).failures()).isEqualTo(1);
    assertThat(small.get(small.admin.peek(Rig.ADMIN, "q", 101, 5))).isEmpty();
  }

  @Test
  void purgeLeavesWhatIsOut() {
    Rig small = new Rig(FaultyMessageStore.create(), Rig.tiny());
    small.create("q");
    for (int i = 0; i < 60; i++) {
      small.send("q", "m" + i + "x".repeat(100), "n" + i + "x".repeat(100));
    }
    TestConsumer consumer = new TestConsumer(small).open("q").flow(5);
    small.settle();
    consumer.settle(1, Outcome.RELEASED);
    consumer.settle(3, Outcome.ACCEPTED);
    small.settle();
    assertThat(small.get(small.admin.purgeQueue(Rig.ADMIN, "q"))).isEqualTo(116);
    assertThat(small.messages("q")).isEqualTo(3);
    assertThat(small.info("q").unsettled()).isEqualTo(3);
    consumer.settle(0, Outcome.RELEASED);
    small.send("q", "new");
    consumer.take();
    consumer.flow(10);
    small.settle();
    assertThat(consumer.take()).hasSize(2).first().asString().startsWith("m0x");
  }

  @Test
  void deletingAQueueEndsItsLinks() {
    rig.create("q");
    rig.send("q", "a");
    TestPublisher publisher = new TestPublisher(rig).open("q");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    assertThat(rig.get(rig.admin.deleteQueue(Rig.ADMIN, "q"))).isEqualTo(1);
    assertThat(publisher.closed.code()).isEqualTo(NodeError.Code.DELETED);
    assertThat(consumer.closed.code()).isEqualTo(NodeError.Code.DELETED);
    publisher.send("late");
    consumer.settle(0, Outcome.ACCEPTED);
    consumer.close();
    rig.settle();
    assertThat(publisher.refusals()).containsExactly(NodeError.Code.DELETED);
    publisher.close();
    rig.create("q");
    assertThat(rig.messages("q")).isZero();
    rig.store.killAndReopen();
    rig.boot(rig.store);
    assertThat(rig.get(rig.admin.queues(Rig.ADMIN))).hasSize(1);
  }

  @Test
  void receivesOneWayOrTheOther() {
    rig.create("q");
    rig.send("q", "a", "b", "c");
    assertThat(texts(rig.get(rig.admin.receive(Rig.ADMIN, "q", 2, Outcome.RELEASED))))
        .containsExactly("a", "b");
    assertThat(rig.messages("q")).isEqualTo(3);
    assertThat(texts(rig.get(rig.admin.receive(Rig.ADMIN, "q", 2, Outcome.ACCEPTED))))
        .containsExactly("a", "b");
    assertThat(rig.messages("q")).isEqualTo(1);
    assertThat(texts(rig.get(rig.admin.receive(Rig.ADMIN, "q", 9, Outcome.ACCEPTED))))
        .containsExactly("c");
    assertThat(rig.get(rig.admin.receive(Rig.ADMIN, "q", 9, Outcome.ACCEPTED))).isEmpty();
    assertThat(rig.info("q").consumers()).isZero();
  }

  @Test
  void publishesOne() {
    rig.create("q");
    assertThat(rig.get(rig.admin.publish(Rig.ADMIN, "q", Rig.message("a"))).sequence())
        .isEqualTo(1);
    assertThat(rig.get(rig.admin.publish(Rig.ADMIN, "q", Rig.message("b"))).sequence())
        .isEqualTo(2);
    assertThat(refusal(() -> rig.admin.publish(Rig.ADMIN, "nowhere", Rig.message("b"))))
        .isEqualTo(NodeError.Code.NOT_FOUND);
    assertThat(rig.info("q").publishers()).isZero();
  }

  @Test
  void aStrangerLearnsNothing() {
    rig.create("q");
    for (String name : List.of("q", "missing", "q/$dead-letter")) {
      List<Supplier<CompletionStage<?>>> calls =
          List.of(
              () -> rig.admin.queue(Rig.STRANGER, name),
              () -> rig.admin.peek(Rig.STRANGER, name, 0, 1),
              () -> rig.admin.purgeQueue(Rig.STRANGER, name),
              () -> rig.admin.deleteQueue(Rig.STRANGER, name),
              () -> rig.admin.receive(Rig.STRANGER, name, 1, Outcome.ACCEPTED),
              () -> rig.admin.publish(Rig.STRANGER, name, Rig.message("x")),
              () ->
                  rig.admin.createQueue(
                      Rig.STRANGER, new QueueDefinition(name, 9, RetryPolicy.DEFAULT)),
              () -> rig.admin.queues(Rig.STRANGER));
      for (Supplier<CompletionStage<?>> call : calls) {
        assertThat(refusal(call)).isEqualTo(NodeError.Code.UNAUTHORIZED);
      }
      TestConsumer consumer = new TestConsumer(rig).open(name, false, Rig.STRANGER);
      rig.settle();
      assertThat(consumer.closed.code()).isEqualTo(NodeError.Code.UNAUTHORIZED);
    }
  }

  @Test
  void anAdminIsToldWhatIsMissing() {
    assertThatThrownBy(() -> rig.info("missing")).hasMessageContaining("NOT_FOUND");
    TestConsumer consumer = new TestConsumer(rig).open("missing");
    TestPublisher publisher = new TestPublisher(rig).open("missing");
    publisher.send("x");
    rig.settle();
    assertThat(consumer.closed.code()).isEqualTo(NodeError.Code.NOT_FOUND);
    assertThat(publisher.closed.code()).isEqualTo(NodeError.Code.NOT_FOUND);
    assertThat(publisher.refusals()).containsExactly(NodeError.Code.NOT_FOUND);
  }
}
