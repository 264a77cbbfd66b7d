package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.StartFrom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A thousand subscriptions of one topic, ten thousand topics. */
class ManyTopicsTest {
  private final Rig rig = new Rig();

  @Test
  void aThousandSubscriptionsShareOneCopyAndIdleOnesKeepNothing() {
    rig.topic("prices");
    for (int i = 0; i < 1_000; i++) {
      rig.subscribe("prices", "s" + i, null, StartFrom.LATEST);
    }
    List<TestConsumer> busy = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      busy.add(new TestConsumer(rig).open("prices::s" + i).flow(100));
    }
    rig.settle();

    rig.send("prices", "1", "2", "3");

    assertThat(rig.store.view().log(1).chunkCount()).isEqualTo(1);
    for (TestConsumer consumer : busy) {
      assertThat(consumer.take()).containsExactly("1", "2", "3");
      assertThat(consumer.deliveries.get(2).message())
          .isSameAs(busy.get(0).deliveries.get(2).message());
    }
    for (TopicSubscription each : rig.body.nodes().subscriptions().all()) {
      assertThat(each.group.cursors().get(0).backlog.keptBytes()).isZero();
    }
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    assertThat(rig.subscription("prices::s999").messages()).isEqualTo(3);
  }

  @Test
  void tenThousandTopicsAndAPatternOverThem() {
    for (int i = 0; i < 10_000; i++) {
      rig.topic("t." + i);
    }
    rig.subscribe("t.*", "all", null, StartFrom.LATEST);
    for (int i = 0; i < 10_000; i += 100) {
      rig.send("t." + i, "m" + i);
    }
    rig.store.crashAndReopen();
    rig.boot(rig.store);
    TestConsumer all = new TestConsumer(rig).open("t.*::all").flow(1_000, Long.MAX_VALUE, true);
    rig.settle();
    assertThat(all.take()).hasSize(100).doesNotHaveDuplicates();
    assertThat(rig.get(rig.topics.topics(Rig.ADMIN))).hasSize(10_000);
  }
}
