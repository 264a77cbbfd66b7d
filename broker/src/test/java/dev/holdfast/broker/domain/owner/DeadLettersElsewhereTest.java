package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.broker.domain.IdempotencyPolicy;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.deadletter.RetryPolicy;
import org.junit.jupiter.api.Test;

/** Dead letters that go to another node, and queues that are deleted when nobody uses them. */
class DeadLettersElsewhereTest {
  private final Rig rig = new Rig();
  private final TimeRig time = new TimeRig(rig);

  private static QueueDefinition definition(String name, String deadLetterTo, Lifetime lifetime) {
    return new QueueDefinition(
        name,
        1 << 20,
        new Handling(RetryPolicy.atOnce(1), 0, deadLetterTo),
        lifetime,
        Limits.NONE,
        IdempotencyPolicy.DEFAULT);
  }

  private void create(String name, String deadLetterTo) {
    rig.get(rig.admin.createQueue(Rig.ADMIN, definition(name, deadLetterTo, Lifetime.DEFAULT)));
  }

  private void reject(String queue) {
    TestConsumer consumer = new TestConsumer(rig).open(queue).flow(1);
    rig.settle();
    consumer.settle(0, new Outcome.Rejected("app:bad", "no"));
    rig.settle();
    consumer.close();
    rig.settle();
  }

  private DeathRecord death(String node) {
    PeekedMessage only = rig.get(rig.admin.peek(Rig.ADMIN, node, 0, 10)).get(0);
    return MessageAttributes.death(only.message().attributes()).orElseThrow();
  }

  @Test
  void theyGoWhereTheQueueSays() {
    create("parking", "");
    create("q", "parking");
    rig.send("q", "a");
    reject("q");
    assertThat(rig.messages(TimeRig.DEAD)).isZero();
    assertThat(time.peek("parking")).containsExactly("a");
    assertThat(death("parking").origin().node()).isEqualTo("q");
    time.restart();
    rig.send("q", "b");
    reject("q");
    assertThat(time.peek("parking")).containsExactly("a", "b");
  }

  @Test
  void theyStayWithTheQueueWhenTheOtherNodeHasGone() {
    create("parking", "");
    create("q", "parking");
    rig.get(rig.admin.deleteQueue(Rig.ADMIN, "parking"));
    rig.send("q", "a");
    reject("q");
    assertThat(time.peek(TimeRig.DEAD)).containsExactly("a");
  }

  @Test
  void whatGoesRoundInACircleStops() {
    create("a", "");
    create("b", "a");
    rig.get(rig.admin.editQueue(Rig.ADMIN, "a", before -> definition("a", "b", Lifetime.DEFAULT)));
    rig.send("a", "x");
    for (int i = 0; i < 40 && rig.messages("a") + rig.messages("b") > 0; i++) {
      reject(rig.messages("a") > 0 ? "a" : "b");
    }
    assertThat(rig.messages("a") + rig.messages("b")).isZero();
    String dead = rig.messages("a/$dead-letter") > 0 ? "a/$dead-letter" : "b/$dead-letter";
    assertThat(death(dead).reason()).isEqualTo(DeadLetterReason.HOP_LIMIT);
    assertThat(death(dead).first().node()).isEqualTo("a");
    assertThat(death(dead).hops()).isEqualTo(17);
  }

  @Test
  void theOtherNodeHasToBeThere() {
    assertThat(
            catchThrowableOfType(NodeException.class, () -> create("q", "nowhere")).error().code())
        .isEqualTo(NodeError.Code.INVALID);
    assertThat(catchThrowableOfType(NodeException.class, () -> create("q", "q")).error().code())
        .isEqualTo(NodeError.Code.INVALID);
  }

  private void createIdle(long autoDeleteMs, boolean drop) {
    rig.get(
        rig.admin.createQueue(
            Rig.ADMIN, definition("q", "", new Lifetime(0, 0, drop, autoDeleteMs))));
  }

  /** Time goes by in steps, as the loop wakes up every second. */
  private void idle(int seconds) {
    for (int i = 0; i < seconds; i++) {
      time.advance(1_000);
    }
  }

  private boolean isThere() {
    return rig.get(rig.admin.queues(Rig.ADMIN)).size() == 1;
  }

  @Test
  void anUnusedQueueIsDeletedAndAUsedOneIsNot() {
    createIdle(10_000, false);
    TestConsumer consumer = time.consumer(1);
    idle(30);
    assertThat(isThere()).isTrue();
    consumer.close();
    idle(5);
    rig.get(rig.admin.publish(Rig.ADMIN, "q", Rig.message("a")));
    rig.get(rig.admin.receive(Rig.ADMIN, "q", 1, Outcome.ACCEPTED));
    idle(8);
    assertThat(isThere()).isTrue();
    idle(5);
    assertThat(isThere()).isFalse();
    time.restart();
    assertThat(isThere()).isFalse();
  }

  @Test
  void whatHoldsSomethingIsNotDeletedSilently() {
    createIdle(10_000, false);
    rig.send("q", "a");
    idle(30);
    assertThat(time.peek("q")).containsExactly("a");
  }

  @Test
  void itGoesWithItsMessagesWhereTheyAreDroppedAnyway() {
    createIdle(10_000, true);
    rig.send("q", "a");
    idle(30);
    assertThat(isThere()).isFalse();
  }
}
