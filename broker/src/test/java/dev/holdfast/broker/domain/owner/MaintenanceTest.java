package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.domain.BrokerMode;
import dev.holdfast.broker.domain.MaintenanceAdmin;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.Pause;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.StartFrom;
import org.junit.jupiter.api.Test;

/** What an operator holds back, before and after a restart. */
class MaintenanceTest {
  private static final Pause BOTH = new Pause(true, true, "a bug");

  private final Rig rig = new Rig();
  private MaintenanceAdmin admin = admin();

  MaintenanceTest() {
    rig.create("q");
    rig.create("other");
    rig.topic("t");
  }

  private MaintenanceAdmin admin() {
    return new OwnerMaintenance(rig.inbox::put, rig.body.admin());
  }

  private void restart() {
    rig.boot(rig.store);
    admin = admin();
  }

  private String refusal(String node) {
    TestPublisher publisher = new TestPublisher(rig).open(node);
    publisher.send("x");
    rig.settle();
    NodeError error = publisher.answers.get(0).error();
    return error == null ? "" : error.description();
  }

  private TestConsumer consumer(String node) {
    TestConsumer consumer = new TestConsumer(rig).open(node).flow(10);
    rig.settle();
    return consumer;
  }

  @Test
  void aPausedQueueTakesAndDeliversNothingUntilItIsResumed() {
    rig.send("q", "a", "b");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> BOTH));
    consumer.settle(0, Outcome.ACCEPTED);
    consumer.flow(10);
    rig.settle();
    assertThat(consumer.take()).containsExactly("a");
    assertThat(rig.messages("q")).isEqualTo(1);
    assertThat(refusal("q")).startsWith("HF-PAUSED").endsWith("a bug");
    assertThat(refusal("other")).isEmpty();
    assertThat(rig.info("q").pause()).isEqualTo(BOTH);
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> new Pause(true, false, "")));
    assertThat(consumer.take()).containsExactly("b");
    assertThat(refusal("q")).startsWith("HF-PAUSED");
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> Pause.NONE));
    assertThat(refusal("q")).isEmpty();
    assertThat(consumer.take()).containsExactly("x");
  }

  @Test
  void whoAttachesHearsWhyNothingComes() {
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> BOTH));
    rig.get(admin.pause(Rig.ADMIN, NodeKind.TOPIC, "t", was -> new Pause(true, false, "no")));
    TestConsumer held = new TestConsumer(rig).open("q");
    TestConsumer free = new TestConsumer(rig).open(Rig.peer(), SourceRequest.of("t"));
    rig.settle();
    assertThat(held.opened.paused()).isEqualTo("a bug");
    assertThat(free.opened.paused()).isNull();
  }

  @Test
  void aPatternIsNotPausedByOneOfItsTopics() {
    rig.topic("t.one");
    rig.get(admin.pause(Rig.ADMIN, NodeKind.TOPIC, "t", was -> BOTH));
    TestConsumer some = new TestConsumer(rig).open(Rig.peer(), SourceRequest.of("t.#"));
    rig.settle();
    assertThat(some.opened.paused()).isNull();
    rig.get(admin.pause(Rig.ADMIN, NodeKind.TOPIC, "t.one", was -> BOTH));
    TestConsumer none = new TestConsumer(rig).open(Rig.peer(), SourceRequest.of("t.#"));
    rig.settle();
    assertThat(none.opened.paused()).isEqualTo("a bug");
  }

  @Test
  void whoIsAttachedHearsItTooAndOnlyWhatIsNews() {
    rig.topic("t.one");
    TestConsumer queue = new TestConsumer(rig).open("q");
    TestConsumer other = new TestConsumer(rig).open("other");
    TestConsumer both = new TestConsumer(rig).open(Rig.peer(), SourceRequest.of("t.#"));
    rig.settle();
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> new Pause(true, false, "full")));
    assertThat(queue.paused).isEmpty();
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> BOTH));
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> new Pause(false, true, "a bug")));
    assertThat(queue.paused).containsExactly("a bug");
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> Pause.NONE));
    assertThat(queue.paused).containsExactly("a bug", null);
    rig.get(admin.pause(Rig.ADMIN, NodeKind.TOPIC, "t", was -> BOTH));
    assertThat(both.paused).isEmpty();
    rig.get(admin.pause(Rig.ADMIN, NodeKind.TOPIC, "t.one", was -> BOTH));
    assertThat(both.paused).containsExactly("a bug");
    rig.get(admin.pause(Rig.ADMIN, NodeKind.TOPIC, "t", was -> Pause.NONE));
    assertThat(both.paused).containsExactly("a bug", null);
    assertThat(other.paused).isEmpty();
  }

  @Test
  void aDrainOfAPausedQueueEnds() {
    rig.send("q", "a");
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> new Pause(false, true, "")));
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(5, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(consumer.drained).hasSize(1);
    assertThat(consumer.take()).isEmpty();
  }

  @Test
  void aPausedTopicIsLeftOutByPatternsToo() {
    rig.topic("t.one");
    TestConsumer own = new TestConsumer(rig).open(Rig.peer(), SourceRequest.of("t")).flow(10);
    TestConsumer all = new TestConsumer(rig).open(Rig.peer(), SourceRequest.of("t.#")).flow(10);
    rig.settle();
    rig.get(admin.pause(Rig.ADMIN, NodeKind.TOPIC, "t", was -> new Pause(false, true, "")));
    rig.send("t", "held");
    rig.send("t.one", "goes");
    assertThat(own.take()).isEmpty();
    assertThat(all.take()).containsExactly("goes");
    rig.get(admin.pause(Rig.ADMIN, NodeKind.TOPIC, "t", was -> Pause.NONE));
    assertThat(own.take()).containsExactly("held");
    assertThat(all.take()).containsExactly("held");
  }

  @Test
  void pausesAndReadOnlyOutliveARestartAndDrainingDoesNot() {
    rig.send("q", "a");
    rig.subscribe("t", "s", null, StartFrom.LATEST);
    rig.send("t", "b");
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> BOTH));
    rig.get(admin.pause(Rig.ADMIN, NodeKind.TOPIC, "t", was -> BOTH));
    rig.get(admin.readOnly(Rig.ADMIN, true, "moving"));
    rig.get(admin.drain(Rig.ADMIN, true, "gone at six"));
    assertThat(refusal("other")).startsWith("HF-DRAINING").endsWith("gone at six");
    restart();
    assertThat(rig.get(admin.mode())).isEqualTo(new BrokerMode(true, false, "moving"));
    assertThat(refusal("other")).startsWith("HF-READ-ONLY").endsWith("moving");
    rig.get(admin.readOnly(Rig.ADMIN, false, ""));
    assertThat(refusal("other")).isEmpty();
    assertThat(refusal("q")).startsWith("HF-PAUSED");
    TestConsumer queue = consumer("q");
    TestConsumer subscription = consumer("t::s");
    assertThat(queue.take()).isEmpty();
    assertThat(subscription.take()).isEmpty();
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> Pause.NONE));
    rig.get(admin.pause(Rig.ADMIN, NodeKind.TOPIC, "t", was -> Pause.NONE));
    assertThat(queue.take()).containsExactly("a");
    assertThat(subscription.take()).containsExactly("b");
    restart();
    assertThat(rig.get(admin.mode())).isEqualTo(BrokerMode.NORMAL);
    assertThat(rig.info("q").pause()).isEqualTo(Pause.NONE);
  }

  @Test
  void readingGoesOnWhileNothingIsTaken() {
    rig.send("q", "a", "b");
    rig.get(admin.readOnly(Rig.ADMIN, true, ""));
    TestConsumer consumer = consumer("q");
    assertThat(consumer.take()).containsExactly("a", "b");
    consumer.settle(0, Outcome.ACCEPTED);
    consumer.settle(1, Outcome.ACCEPTED);
    rig.settle();
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void aNodeOfTheSameNameMadeAnewIsNotPaused() {
    rig.get(admin.pause(Rig.ADMIN, NodeKind.QUEUE, "q", was -> BOTH));
    rig.get(rig.admin.deleteQueue(Rig.ADMIN, "q"));
    rig.create("q");
    restart();
    assertThat(refusal("q")).isEmpty();
  }

  @Test
  void onlyWhoMayCanDoIt() {
    assertThatThrownBy(() -> rig.get(admin.pause(Rig.STRANGER, NodeKind.QUEUE, "q", was -> BOTH)))
        .isInstanceOf(NodeException.class);
    assertThatThrownBy(() -> rig.get(admin.readOnly(Rig.STRANGER, true, "")))
        .isInstanceOf(NodeException.class);
    assertThatThrownBy(() -> rig.get(admin.drain(Rig.STRANGER, true, "")))
        .isInstanceOf(NodeException.class);
    assertThat(refusal("q")).isEmpty();
  }
}
