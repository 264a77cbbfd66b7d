package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.broker.domain.DeadLetterAdmin.Count;
import dev.holdfast.broker.domain.DeadLetterFilter;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.DeadLetterTask.Order;
import dev.holdfast.broker.domain.DeadLetterTask.State;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.deadletter.Redrive;
import dev.holdfast.storage.FaultyMessageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators order for many dead letters at once. */
class DeadLetterTaskTest {
  private final Rig rig = new Rig();
  private final DeadLetterRig dead = new DeadLetterRig(rig);

  private static String[] texts(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "m" + i).toArray(String[]::new);
  }

  @Test
  void theyGoBackInOrderAndKeepTheirStory() {
    rig.create("q");
    dead.reject("q", "q", "a", "b", "c");
    DeadLetterTask task = dead.run(DeadLetterRig.redrive("q"));
    assertThat(task.progress().state()).isEqualTo(State.DONE);
    assertThat(task.progress().done()).isEqualTo(3);
    assertThat(task.progress().by()).isEqualTo("uid:1");
    assertThat(dead.peek("q")).containsExactly("a", "b", "c");
    assertThat(rig.messages(DeadLetterRig.DEAD)).isZero();
    PeekedMessage back = rig.get(rig.admin.peek(Rig.ADMIN, "q", 0, 1)).get(0);
    assertThat(back.failures()).as("a new beginning").isZero();
    assertThat(MessageAttributes.death(back.message().attributes()))
        .map(DeathRecord::reason)
        .contains(DeadLetterReason.REJECTED);
  }

  @Test
  void aDryRunTellsWhatTheTaskThenDoes() {
    rig.create("q");
    dead.reject("q", "q", "keep 1", "go 1", "keep 2", "go 2");
    Order order = DeadLetterRig.redrive("q", DeadLetterRig.where("go"), "");
    Count count = rig.get(dead.admin().count(Rig.ADMIN, order));
    assertThat(count.messages()).isEqualTo(2);
    assertThat(rig.messages(DeadLetterRig.DEAD)).as("nothing has changed").isEqualTo(4);
    assertThat(dead.run(order).progress().done()).isEqualTo(2);
    assertThat(dead.peek("q")).containsExactly("go 1", "go 2");
    assertThat(dead.peek(DeadLetterRig.DEAD)).containsExactly("keep 1", "keep 2");
  }

  @Test
  void reasonAgeAndSequenceChoose() {
    rig.create("q");
    rig.send(DeadLetterRig.DEAD, "by hand");
    dead.reject("q", "q", "old");
    rig.clock.advance(60_000);
    long later = rig.clock.millis();
    dead.reject("q", "q", "young");
    Redrive old = new Redrive(Optional.of(DeadLetterReason.REJECTED), later, 0, Long.MAX_VALUE);
    dead.run(DeadLetterRig.redrive("q", new DeadLetterFilter(old, null, ""), ""));
    assertThat(dead.peek("q")).containsExactly("old");
    Redrive third = new Redrive(Optional.empty(), 0, 3, 3);
    dead.run(DeadLetterRig.redrive("q", new DeadLetterFilter(third, null, ""), ""));
    assertThat(dead.peek("q")).containsExactly("old", "young");
    assertThat(dead.run(DeadLetterRig.drop("q", DeadLetterFilter.ALL)).progress().done())
        .isEqualTo(1);
    assertThat(rig.messages(DeadLetterRig.DEAD)).isZero();
  }

  @Test
  void whatDiesAgainWhileItRunsIsNotTakenAgain() {
    rig.create("q");
    dead.reject("q", "q", texts(0, 10));
    DeadLetterTask task = dead.start(DeadLetterRig.redrive("q", 1));
    dead.rejectAll("q");
    for (int i = 0; i < 20; i++) {
      rig.clock.advance(1_000);
      rig.settle();
      dead.rejectAll("q");
    }
    assertThat(dead.task(task.id()).progress().done()).isEqualTo(10);
    assertThat(dead.task(task.id()).progress().state()).isEqualTo(State.DONE);
    assertThat(rig.messages(DeadLetterRig.DEAD)).isEqualTo(10);
  }

  @Test
  void whatDiesAgainAndAgainStaysInTheEnd() {
    rig.create("q");
    dead.reject("q", "q", "poison");
    Order twice = new Order(DeadLetterTask.Action.REDRIVE, "q", DeadLetterFilter.ALL, "", 0, 2);
    for (int i = 0; i < 2; i++) {
      assertThat(dead.run(twice).progress().done()).isEqualTo(1);
      dead.rejectAll("q");
    }
    DeadLetterTask third = dead.run(twice);
    assertThat(third.progress().done()).isZero();
    assertThat(third.progress().skipped()).isEqualTo(Map.of("hop-limit", 1L));
    assertThat(dead.peek(DeadLetterRig.DEAD)).containsExactly("poison");
    assertThat(dead.run(DeadLetterRig.redrive("q")).progress().done())
        .as("with a higher limit")
        .isEqualTo(1);
  }

  @Test
  void theRateIsKeptAndATaskCanBePausedResumedAndCancelled() {
    rig.create("q");
    dead.reject("q", "q", texts(0, 20));
    long id = dead.start(DeadLetterRig.redrive("q", 4)).id();
    rig.settle();
    assertThat(rig.messages("q")).isEqualTo(1);
    rig.clock.advance(250);
    rig.settle();
    assertThat(rig.messages("q")).isEqualTo(2);
    assertThat(dead.tell(id, State.PAUSED).progress().state()).isEqualTo(State.PAUSED);
    rig.clock.advance(60_000);
    rig.settle();
    assertThat(rig.messages("q")).isEqualTo(2);
    dead.restart();
    rig.clock.advance(60_000);
    rig.settle();
    assertThat(rig.messages("q")).as("paused over a restart").isEqualTo(2);
    dead.tell(id, State.RUNNING);
    rig.settle();
    assertThat(rig.messages("q")).isEqualTo(3);
    dead.restart();
    assertThat(rig.messages("q")).as("running over a restart").isEqualTo(4);
    dead.tell(id, State.CANCELLED);
    rig.clock.advance(60_000);
    rig.settle();
    assertThat(rig.messages("q")).isEqualTo(4);
    assertThat(rig.messages(DeadLetterRig.DEAD)).isEqualTo(16);
    assertThatThrownBy(() -> dead.tell(id, State.RUNNING))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("over");
    assertThat(dead.task(id).progress().done()).isEqualTo(4);
  }

  @Test
  void wheneverItDiesEachMessageIsInOnePlaceAndTheTaskGoesOn() throws Exception {
    for (int turns = 0; turns < 30; turns++) {
      Rig fresh = new Rig(FaultyMessageStore.create(), Rig.tiny());
      DeadLetterRig bulk = new DeadLetterRig(fresh);
      fresh.create("q");
      // In commits of their own, so that there are many chunks.
      List<String> all = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        fresh.send("q", "m" + i);
        all.add("m" + i);
      }
      bulk.rejectAll("q");
      // A few messages each time, so that there are many pages.
      long id = bulk.start(DeadLetterRig.redrive("q", 20)).id();
      for (int i = 0; i < turns; i++) {
        fresh.clock.advance(100);
        fresh.turn();
        if (!fresh.reads.isEmpty()) {
          fresh.reads.remove().run();
        }
      }
      if (turns % 2 == 0) {
        fresh.store.killAndReopen();
      } else {
        fresh.store.crashAndReopen();
      }
      List<String> found = new ArrayList<>(bulk.stored(1));
      found.addAll(bulk.stored(2));
      assertThat(found).as("after %d turns", turns).containsExactlyInAnyOrderElementsOf(all);
      fresh.boot(fresh.store);
      for (int i = 0; i < 10; i++) {
        fresh.settle();
        fresh.clock.advance(1_000);
      }
      assertThat(bulk.peek("q")).containsExactlyInAnyOrderElementsOf(all);
      assertThat(bulk.task(id).progress().done()).as("counted exactly").isEqualTo(40);
    }
  }

  @ParameterizedTest
  @EnumSource(FaultyMessageStore.Failure.class)
  void aCommitThatFailsIsDoneOnce(FaultyMessageStore.Failure where) {
    rig.create("q");
    dead.reject("q", "q", texts(0, 10));
    dead.admin().start(Rig.ADMIN, DeadLetterRig.redrive("q"));
    rig.store.failCommit(2, where);
    rig.settle();
    assertThat(rig.store.failures()).isEqualTo(1);
    rig.clock.advance(1_000);
    rig.settle();
    assertThat(dead.peek("q")).containsExactly(texts(0, 10));
    assertThat(rig.messages(DeadLetterRig.DEAD)).isZero();
    assertThat(dead.task(1).progress().done()).isEqualTo(10);
  }

  @Test
  void whatIsOutAtAConsumerIsLeftToIt() {
    rig.create("q");
    dead.reject("q", "q", "a", "b");
    TestConsumer consumer = new TestConsumer(rig).open(DeadLetterRig.DEAD).flow(1);
    rig.settle();
    DeadLetterTask task = dead.run(DeadLetterRig.redrive("q"));
    assertThat(task.progress().skipped()).isEqualTo(Map.of("unsettled", 1L));
    consumer.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(dead.peek("q")).containsExactly("b");
  }

  @Test
  void toASubscriptionNobodyElseSeesThem() {
    rig.topic("t");
    rig.subscribe("t", "one", null, StartFrom.LATEST);
    rig.subscribe("t", "two", null, StartFrom.LATEST);
    dead.reject("t", "t::one", "a", "b");
    assertThat(dead.summary("t::one").messages()).isEqualTo(2);
    TestConsumer other = new TestConsumer(rig).open("t::two").flow(100);
    rig.settle();
    assertThat(other.take()).containsExactly("a", "b");
    DeadLetterTask task = dead.run(DeadLetterRig.redrive("t::one"));
    assertThat(task.progress().done()).isEqualTo(2);
    rig.send("t", "c");
    assertThat(other.take()).containsExactly("c");
    dead.restart();
    assertThat(rig.subscription("t::two").messages()).isEqualTo(3);
    TestConsumer own = new TestConsumer(rig).open("t::one").flow(100);
    rig.settle();
    assertThat(own.take()).containsExactly("a", "b", "c");
  }

  @Test
  void whereNobodyReadsThemTheyStay() {
    rig.create("q");
    rig.topic("empty");
    dead.reject("q", "q", "a");
    DeadLetterTask task = dead.run(DeadLetterRig.redrive("q", DeadLetterFilter.ALL, "empty"));
    assertThat(task.progress().skipped()).isEqualTo(Map.of("no-route", 1L));
    assertThat(dead.peek(DeadLetterRig.DEAD)).containsExactly("a");
    assertThatThrownBy(
            () -> dead.start(DeadLetterRig.redrive("q", DeadLetterFilter.ALL, "nowhere")))
        .hasMessageContaining("NOT_FOUND");
    assertThatThrownBy(
            () -> dead.start(DeadLetterRig.redrive("q", DeadLetterFilter.ALL, DeadLetterRig.DEAD)))
        .hasMessageContaining("INVALID");
    rig.create("other");
    assertThat(
            dead.run(DeadLetterRig.redrive("q", DeadLetterFilter.ALL, "other")).progress().done())
        .isEqualTo(1);
    assertThat(dead.peek("other")).containsExactly("a");
  }

  @Test
  void theirTimeToLiveBeginsAnew() {
    rig.create("q");
    TestPublisher publisher = new TestPublisher(rig).open("q");
    byte[] body = "short".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    publisher.send("", new IncomingMessage(true, (byte) 4, 1_000, 0, 0, body), "token");
    rig.settle();
    rig.clock.advance(1_000);
    rig.settle();
    assertThat(dead.peek(DeadLetterRig.DEAD)).containsExactly("short");
    rig.clock.advance(60_000);
    dead.run(DeadLetterRig.redrive("q", DeadLetterRig.because(DeadLetterReason.EXPIRED), ""));
    rig.clock.advance(999);
    rig.settle();
    assertThat(dead.peek("q")).containsExactly("short");
    rig.clock.advance(1);
    rig.settle();
    assertThat(dead.peek("q")).isEmpty();
    assertThat(dead.peek(DeadLetterRig.DEAD)).containsExactly("short");
  }

  @Test
  void onAFullDiskARedriveWaitsAndADropDoesNot() {
    rig.create("q");
    dead.reject("q", "q", "a", "b");
    rig.store.diskFull(true);
    TestPublisher publisher = new TestPublisher(rig).open("q");
    publisher.send("refused");
    rig.settle();
    DeadLetterTask redrive = dead.run(DeadLetterRig.redrive("q"));
    assertThat(redrive.progress().state()).isEqualTo(State.RUNNING);
    dead.run(DeadLetterRig.drop("q", DeadLetterRig.where("a")));
    assertThat(dead.peek(DeadLetterRig.DEAD)).containsExactly("b");
    rig.store.diskFull(false);
    rig.clock.advance(1_000);
    rig.settle();
    assertThat(dead.peek("q")).containsExactly("b");
    assertThat(dead.task(redrive.id()).progress().state()).isEqualTo(State.DONE);
  }

  @Test
  void aStrangerSeesAndMovesNothing() {
    rig.create("q");
    dead.reject("q", "q", "a");
    long id = dead.start(DeadLetterRig.redrive("q", 1)).id();
    assertThatThrownBy(() -> rig.get(dead.admin().start(Rig.STRANGER, DeadLetterRig.redrive("q"))))
        .hasMessageContaining("UNAUTHORIZED");
    assertThatThrownBy(() -> rig.get(dead.admin().task(Rig.STRANGER, id)))
        .hasMessageContaining("UNAUTHORIZED");
    assertThatThrownBy(() -> rig.get(dead.admin().summary(Rig.STRANGER, "q")))
        .hasMessageContaining("UNAUTHORIZED");
    assertThatThrownBy(() -> rig.get(dead.admin().tasks(Rig.STRANGER)))
        .hasMessageContaining("UNAUTHORIZED");
  }

  @Test
  void aTaskEndsWithItsQueue() {
    rig.create("q");
    dead.reject("q", "q", texts(0, 5));
    long id = dead.start(DeadLetterRig.redrive("q", 1)).id();
    rig.get(rig.admin.deleteQueue(Rig.ADMIN, "q"));
    rig.clock.advance(10_000);
    rig.settle();
    assertThat(dead.task(id).progress().state()).isEqualTo(State.FAILED);
    rig.create("q");
    dead.restart();
    assertThat(dead.task(id).progress().state()).isEqualTo(State.FAILED);
  }

  @Test
  void oneIsEditedAndSentBackInOneBatch() {
    rig.create("q");
    dead.reject("q", "q", "typo", "fine");
    long before = rig.store.commits();
    String to =
        rig.get(dead.admin().resend(Rig.ADMIN, "q", 1, "", Optional.of(Rig.message("no typo"))));
    assertThat(to).isEqualTo("q");
    assertThat(rig.store.commits()).isEqualTo(before + 1);
    assertThat(dead.peek("q")).containsExactly("no typo");
    assertThat(dead.peek(DeadLetterRig.DEAD)).containsExactly("fine");
    assertThatThrownBy(() -> rig.get(dead.admin().resend(Rig.ADMIN, "q", 1, "", Optional.empty())))
        .hasMessageContaining("NOT_FOUND");
  }

  @Test
  void endedTasksAreForgottenInTheEnd() {
    rig.create("q");
    long last = 0;
    for (int i = 0; i < 120; i++) {
      last = dead.run(DeadLetterRig.redrive("q")).id();
    }
    assertThat(last).isEqualTo(120);
    assertThat(rig.get(dead.admin().tasks(Rig.ADMIN))).hasSize(101);
    dead.restart();
    assertThat(dead.run(DeadLetterRig.redrive("q")).id()).isEqualTo(121);
  }
}
