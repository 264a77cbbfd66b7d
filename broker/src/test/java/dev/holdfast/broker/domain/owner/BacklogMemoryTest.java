package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.storage.FaultyMessageStore;
import org.junit.jupiter.api.Test;

/** What stays in memory of a backlog. */
class BacklogMemoryTest {
  private final Rig rig = new Rig(FaultyMessageStore.create(), Rig.tiny());

  private long kept(String queue) {
    return rig.body.nodes().queue(queue).subscription.cursors().get(0).backlog.keptBytes();
  }

  @Test
  void aBacklogStaysOnDiskAndComesBackInOrder() {
    rig.create("q");
    TestPublisher publisher = new TestPublisher(rig).open("q");
    for (int i = 0; i < 2_000; i++) {
      publisher.send("m" + i + "-".repeat(50));
    }
    rig.settle();
    assertThat(kept("q")).as("a sip").isLessThanOrEqualTo(rig.settings.queueWindowBytes() / 16);
    TestConsumer consumer = new TestConsumer(rig).open("q");
    for (int limit = 1; limit <= 2_000; limit++) {
      consumer.flow(limit);
      rig.settle();
      assertThat(kept("q")).isLessThan(2 * rig.settings.queueWindowBytes());
      consumer.settle(limit - 1, Outcome.ACCEPTED);
    }
    rig.settle();
    assertThat(rig.messages("q")).isZero();
    for (int i = 0; i < 2_000; i++) {
      assertThat(consumer.texts.get(i)).startsWith("m" + i + "-");
    }
  }

  @Test
  void idleQueuesGiveTheirMemoryToThoseThatAreRead() {
    for (int q = 0; q < 60; q++) {
      rig.create("q" + q);
      rig.send("q" + q, "first", "second", "x".repeat(900));
    }
    TestConsumer idle = new TestConsumer(rig).open("q0").flow(1);
    rig.settle();
    long total = 0;
    for (int q = 0; q < 60; q++) {
      total += kept("q" + q);
    }
    assertThat(total).isLessThanOrEqualTo(rig.settings.totalWindowBytes());
    idle.flow(3);
    for (int q = 1; q < 60; q++) {
      TestConsumer consumer = new TestConsumer(rig).open("q" + q).flow(3);
      rig.settle();
      assertThat(consumer.texts).hasSize(3);
    }
    rig.settle();
    assertThat(idle.texts).hasSize(3);
  }

  @Test
  void bodiesOutAtConsumersLeaveTheMemoryAndComeBack() {
    rig.create("q");
    rig.send("q", "a".repeat(300), "b".repeat(300), "c".repeat(300));
    TestConsumer consumer = new TestConsumer(rig);
    consumer.callsSent = true;
    consumer.open("q").flow(3);
    rig.settle();
    for (int i = 1; i < 3; i++) {
      OutDelivery delivery = (OutDelivery) consumer.deliveries.get(i);
      assertThat(delivery.messageIfKept()).isNull();
    }
    consumer.close();
    rig.settle();
    TestConsumer next = new TestConsumer(rig).open("q").flow(3);
    rig.settle();
    assertThat(next.texts).containsExactly("a".repeat(300), "b".repeat(300), "c".repeat(300));
  }
}
