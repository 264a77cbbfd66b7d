package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.deadletter.RetryPolicy;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a consumer adds to a message's annotations stays while the message does. */
class KeptAnnotationsTest {
  private final Rig rig = new Rig();
  private final TimeRig time = new TimeRig(rig);

  private static Outcome adds(boolean failed, String annotations) {
    return new Outcome.Modified(failed, false, 0, annotations.getBytes(StandardCharsets.UTF_8));
  }

  private static String annotations(TestConsumer consumer, int delivery) {
    return Rig.text(consumer.deliveries.get(delivery).annotations());
  }

  private Map<String, byte[]> stored() {
    Map<String, byte[]> stored = new java.util.HashMap<>(rig.store.view().definitions());
    stored.keySet().removeIf(key -> !key.startsWith("annotations/"));
    return stored;
  }

  @Test
  void theyAreThereAfterARestart() {
    time.create(RetryPolicy.atOnce(10));
    rig.send("q", "a", "b", "c");
    TestConsumer consumer = time.consumer(3);
    consumer.settle(0, adds(true, "first"));
    consumer.settle(1, adds(false, "not failed"));
    rig.settle();
    consumer.close();
    rig.settle();
    for (int restarts = 0; restarts < 2; restarts++) {
      time.restart();
    }
    TestConsumer next = time.consumer(3);
    assertThat(next.take()).containsExactlyInAnyOrder("a", "b", "c");
    for (int i = 0; i < 3; i++) {
      String text = Rig.text(next.deliveries.get(i).message().body());
      String expected =
          switch (text) {
            case "a" -> "first";
            case "b" -> "not failed";
            default -> "";
          };
      assertThat(annotations(next, i)).as(text).isEqualTo(expected);
    }
  }

  @Test
  void theLastOnesCountAlsoAfterAWait() {
    time.create(RetryPolicy.atOnce(10));
    rig.send("q", "a");
    TestConsumer consumer = time.consumer(1);
    consumer.settle(0, adds(true, "first"));
    rig.settle();
    consumer.flow(2);
    rig.settle();
    long moment = rig.clock.millis() + 60_000;
    consumer.settle(
        1, new Outcome.Modified(true, false, moment, "second".getBytes(StandardCharsets.UTF_8)));
    rig.settle();
    time.restart();
    TestConsumer next = time.consumer(1);
    assertThat(next.take()).isEmpty();
    time.advance(60_000);
    assertThat(next.take()).containsExactly("a");
    assertThat(annotations(next, 0)).isEqualTo("second");
  }

  @Test
  void whatACrashTookWithItIsNotThere() {
    time.create(RetryPolicy.atOnce(10));
    rig.send("q", "a");
    TestConsumer consumer = time.consumer(1);
    consumer.settle(0, adds(true, "never stored"));
    time.restart();
    assertThat(annotations(time.consumer(1), 0)).isEmpty();
    assertThat(stored()).isEmpty();
  }

  @Test
  void theyGoWithTheirMessages() {
    time.create(RetryPolicy.atOnce(10));
    rig.send("q", "a", "b");
    TestConsumer consumer = time.consumer(2);
    consumer.settle(0, adds(true, "x"));
    consumer.settle(1, adds(true, "y"));
    rig.settle();
    assertThat(stored()).hasSize(2);
    consumer.flow(3);
    rig.settle();
    consumer.settle(2, Outcome.ACCEPTED);
    rig.settle();
    time.advance(1_000);
    rig.send("q", "c");
    assertThat(stored()).hasSize(1);
    rig.get(rig.admin.deleteQueue(Rig.ADMIN, "q"));
    rig.create("other");
    time.advance(1_000);
    rig.send("other", "d");
    assertThat(stored()).isEmpty();
  }
}
