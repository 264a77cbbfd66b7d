package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.domain.DeadLetterFilter;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.DeadLetterTask.Action;
import dev.holdfast.broker.domain.DeadLetterTask.Order;
import dev.holdfast.broker.domain.DeadLetterTask.State;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.deadletter.Redrive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators order for many messages of a queue itself. */
class QueueTaskTest {
  private final Rig rig = new Rig();
  private final DeadLetterRig tasks = new DeadLetterRig(rig);

  @BeforeEach
  void twoQueues() {
    rig.create("q");
    rig.create("other");
  }

  private static Order order(Action action, DeadLetterFilter filter) {
    return new Order(action, "q", filter, action.stores() ? "other" : "", 0, 0);
  }

  private static Order slowly(Action action) {
    return new Order(action, "q", DeadLetterFilter.ALL, action.stores() ? "other" : "", 4, 0);
  }

  @Test
  void theyMoveInOrderAndKeepTheirBytes() {
    rig.send("q", "a", "b", "c");
    DeadLetterTask task = tasks.run(order(Action.MOVE, DeadLetterFilter.ALL));
    assertThat(task.progress().state()).isEqualTo(State.DONE);
    assertThat(task.progress().done()).isEqualTo(3);
    assertThat(tasks.peek("other")).containsExactly("a", "b", "c");
    assertThat(rig.messages("q")).isZero();
    rig.send("q", "d");
    assertThat(tasks.peek("q")).as("goes on as usual").containsExactly("d");
  }

  @Test
  void aCopyLeavesThemAndTakesThoseThatAreOutToo() {
    rig.send("q", "a", "b");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    assertThat(consumer.deliveries).hasSize(1);
    assertThat(tasks.run(order(Action.COPY, DeadLetterFilter.ALL)).progress().done()).isEqualTo(2);
    assertThat(tasks.peek("other")).containsExactly("a", "b");
    consumer.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(tasks.peek("q")).containsExactly("b");
  }

  @Test
  void whatIsOutAtAConsumerIsNeitherMovedNorDeleted() {
    rig.send("q", "out", "in 1", "in 2");
    TestConsumer consumer = new TestConsumer(rig).open("q").flow(1);
    rig.settle();
    Order delete = order(Action.DELETE, DeadLetterFilter.ALL);
    assertThat(rig.get(tasks.admin().count(Rig.ADMIN, delete)).messages()).isEqualTo(2);
    DeadLetterTask task = tasks.run(delete);
    assertThat(task.progress().skipped()).isEqualTo(Map.of("unsettled", 1L));
    consumer.settle(0, Outcome.RELEASED);
    consumer.close();
    rig.settle();
    assertThat(tasks.peek("q")).containsExactly("out");
  }

  @Test
  void selectorAndSequenceChoose() {
    rig.send("q", "keep 1", "go 1", "keep 2", "go 2");
    tasks.run(order(Action.MOVE, DeadLetterRig.where("go")));
    assertThat(tasks.peek("q")).containsExactly("keep 1", "keep 2");
    long last = rig.get(rig.admin.peek(Rig.ADMIN, "q", 0, 9)).get(1).message().sequence();
    Redrive one = new Redrive(Optional.empty(), 0, last, last);
    tasks.run(order(Action.DELETE, new DeadLetterFilter(one, null, "")));
    assertThat(tasks.peek("q")).containsExactly("keep 1");
    assertThat(tasks.peek("other")).containsExactly("go 1", "go 2");
  }

  @Test
  void whatComesAfterTheBeginningStays() {
    rig.send("q", "a", "b", "c");
    DeadLetterTask task = tasks.start(slowly(Action.MOVE));
    rig.send("q", "later");
    assertThat(ended(task.id()).progress().done()).isEqualTo(3);
    assertThat(tasks.peek("q")).containsExactly("later");
  }

  @Test
  void theirTimeToLiveGoesOn() {
    new TimeRig(rig).sendTtl("old", 10_000);
    rig.clock.advance(6_000);
    tasks.run(order(Action.MOVE, DeadLetterFilter.ALL));
    assertThat(tasks.peek("other")).containsExactly("old");
    rig.clock.advance(5_000);
    rig.settle();
    assertThat(tasks.peek("other")).isEmpty();
    assertThat(tasks.peek("other/$dead-letter")).containsExactly("old");
  }

  private DeadLetterTask ended(long id) {
    for (int i = 0; i < 100 && tasks.task(id).progress().state() == State.RUNNING; i++) {
      rig.clock.advance(1_000);
      rig.settle();
    }
    return tasks.task(id);
  }

  @ParameterizedTest
  @EnumSource(
      value = Action.class,
      names = {"MOVE", "COPY", "DELETE"})
  void aCrashInTheMiddleLosesAndDoublesNothing(Action action) {
    String[] texts = IntStream.range(0, 20).mapToObj(i -> "m" + i).toArray(String[]::new);
    rig.send("q", texts);
    DeadLetterTask task = tasks.start(slowly(action));
    for (int i = 0; i < 6; i++) {
      rig.clock.advance(300);
      rig.settle();
      tasks.restart();
      List<String> all = new ArrayList<>(tasks.peek("other"));
      long done = tasks.task(task.id()).progress().done();
      assertThat(all).hasSize(action.stores() ? (int) done : 0);
      List<String> left = tasks.peek("q");
      assertThat(left).hasSize(action == Action.COPY ? 20 : 20 - (int) done);
    }
    assertThat(ended(task.id()).progress().done()).isEqualTo(20);
    assertThat(tasks.peek("other")).containsExactly(action.stores() ? texts : new String[0]);
    assertThat(tasks.peek("q")).containsExactly(action == Action.COPY ? texts : new String[0]);
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> tasks.start(to(Action.MOVE, "q"))).hasMessageContaining("INVALID");
    assertThatThrownBy(() -> tasks.start(to(Action.COPY, "none")))
        .hasMessageContaining("NOT_FOUND");
    Order delete = order(Action.DELETE, DeadLetterFilter.ALL);
    Order elsewhere = new Order(Action.DELETE, "none", delete.filter(), "", 0, 0);
    assertThatThrownBy(() -> tasks.start(elsewhere)).hasMessageContaining("NOT_FOUND");
    for (Action action : List.of(Action.MOVE, Action.COPY, Action.DELETE)) {
      Order order = order(action, DeadLetterFilter.ALL);
      assertThatThrownBy(() -> rig.get(tasks.admin().start(Rig.STRANGER, order)))
          .hasMessageContaining("UNAUTHORIZED");
      assertThatThrownBy(() -> rig.get(tasks.admin().count(Rig.STRANGER, order)))
          .hasMessageContaining("UNAUTHORIZED");
    }
  }

  private static Order to(Action action, String target) {
    return new Order(action, "q", DeadLetterFilter.ALL, target, 0, 0);
  }

  @Test
  void movedMessagesAreWhole() {
    rig.send("q", "a");
    PeekedMessage before = rig.get(rig.admin.peek(Rig.ADMIN, "q", 0, 1)).get(0);
    tasks.run(order(Action.MOVE, DeadLetterFilter.ALL));
    PeekedMessage after = rig.get(rig.admin.peek(Rig.ADMIN, "other", 0, 1)).get(0);
    assertThat(after.message().body()).isEqualTo(before.message().body());
    assertThat(after.message().flags()).isEqualTo(before.message().flags());
    assertThat(after.message().priority()).isEqualTo(before.message().priority());
  }
}
