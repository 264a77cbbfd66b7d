package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.broker.domain.DeadLetterFilter;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.DeadLetterTask.Skip;
import dev.holdfast.broker.domain.DeadLetterTask.State;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A redrive into a queue that is full. */
class RedriveRoomTest {
  private final Rig rig = new Rig();
  private final TimeRig time = new TimeRig(rig);
  private final DeadLetterRig dead = new DeadLetterRig(rig);

  private void create(long maxMessages, long maxBytes, Overflow overflow) {
    time.create(
        new Handling(RetryPolicy.atOnce(10), 0, ""),
        Lifetime.DEFAULT,
        new Limits(maxMessages, maxBytes, overflow));
  }

  @ParameterizedTest
  @EnumSource(Overflow.class)
  void waitsForRoomAndSaysSo(Overflow overflow) {
    create(3, 0, overflow);
    dead.reject("q", "q", "a", "b", "c");
    rig.send("q", "x");
    DeadLetterTask task = dead.run(DeadLetterRig.redrive("q"));
    assertThat(task.progress().state()).isEqualTo(State.RUNNING);
    assertThat(task.progress().done()).isEqualTo(2);
    assertThat(task.progress().error()).startsWith("waits for room in q: the queue is full");
    assertThat(dead.peek("q")).containsExactly("x", "a", "b");
    assertThat(dead.peek(DeadLetterRig.DEAD)).containsExactly("c");
    dead.restart();
    assertThat(dead.task(task.id()).progress().error()).startsWith("waits for room");
    rig.get(rig.admin.receive(Rig.ADMIN, "q", 1, dev.holdfast.broker.domain.Outcome.ACCEPTED));
    time.advance(500);
    DeadLetterTask done = dead.task(task.id());
    assertThat(done.progress().state()).isEqualTo(State.DONE);
    assertThat(done.progress().error()).isEmpty();
    assertThat(done.progress().done()).isEqualTo(3);
    assertThat(dead.peek("q")).containsExactly("a", "b", "c");
  }

  @Test
  void oneThatWaitsCanBeCancelled() {
    create(1, 0, Overflow.REJECT);
    dead.reject("q", "q", "a");
    rig.send("q", "x");
    DeadLetterTask task = dead.run(DeadLetterRig.redrive("q"));
    assertThat(dead.tell(task.id(), State.CANCELLED).progress().state()).isEqualTo(State.CANCELLED);
    time.advance(1_000);
    assertThat(dead.peek(DeadLetterRig.DEAD)).containsExactly("a");
  }

  @Test
  void whatNeverFitsIsSkipped() {
    create(0, 1_000, Overflow.REJECT);
    rig.create("small");
    rig.get(
        rig.admin.editQueue(
            Rig.ADMIN,
            "small",
            before ->
                new dev.holdfast.broker.domain.QueueDefinition(
                    before.name(),
                    before.maxMessageBytes(),
                    before.handling(),
                    before.lifetime(),
                    new Limits(0, 10, Overflow.REJECT),
                    before.idempotency(),
                    before.serving())));
    dead.reject("q", "q", "far too long for it");
    DeadLetterTask task = dead.run(DeadLetterRig.redrive("q", DeadLetterFilter.ALL, "small"));
    assertThat(task.progress().state()).isEqualTo(State.DONE);
    assertThat(task.progress().skipped()).containsEntry(Skip.TOO_LARGE.code(), 1L);
  }

  @Test
  void oneMessageIsRefused() {
    create(1, 0, Overflow.REJECT);
    dead.reject("q", "q", "a");
    rig.send("q", "x");
    NodeException refused =
        catchThrowableOfType(
            NodeException.class,
            () -> rig.get(dead.admin().resend(Rig.ADMIN, "q", 1, "", Optional.empty())));
    assertThat(refused.error().code()).isEqualTo(NodeError.Code.RESOURCE_LIMIT_EXCEEDED);
    assertThat(dead.peek(DeadLetterRig.DEAD)).containsExactly("a");
  }
}
