package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.broker.domain.QueueDefinition.Lifetime;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.deadletter.RetryPolicy;
import org.junit.jupiter.api.Test;

/** Messages that consumers keep too long. */
class LockTest {
  private final Rig rig = new Rig();
  private final TimeRig time = new TimeRig(rig);

  private TestConsumer holding(long credit, String... texts) {
    time.create(new Handling(RetryPolicy.atOnce(2), 1_000, ""), Lifetime.DEFAULT, Limits.NONE);
    rig.send("q", texts);
    return time.consumer(credit);
  }

  @Test
  void aSilentConsumerLosesWhatItHasAndKeepsItsLink() {
    TestConsumer silent = holding(2, "a", "b");
    time.advance(999);
    TestConsumer other = time.consumer(5);
    assertThat(other.take()).isEmpty();
    time.advance(1);
    assertThat(other.take()).containsExactly("a", "b");
    assertThat(silent.takenBack).containsExactlyElementsOf(silent.deliveries);
    assertThat(silent.closed).isNull();
    assertThat(other.deliveries.get(0).deliveryCount()).isZero();
  }

  @Test
  void aClockThatIsSetBackDoesNotMakeALaterLockLonger() {
    TestConsumer consumer = holding(2, "a", "b");
    time.advance(-60_000);
    consumer.settle(0, Outcome.ACCEPTED);
    rig.settle();
    time.advance(1_000);
    assertThat(consumer.takenBack).containsExactly(consumer.deliveries.get(1));
  }

  @Test
  void whatItSaysLaterIsIgnored() {
    TestConsumer silent = holding(1, "a");
    time.advance(1_000);
    silent.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(rig.messages("q")).isEqualTo(1);
    assertThat(time.consumer(1).take()).containsExactly("a");
  }

  @Test
  void whoSaysThatItIsAtItKeepsIt() {
    TestConsumer busy = holding(1, "a");
    for (int i = 0; i < 5; i++) {
      time.advance(900);
      rig.submit(new OwnerCommand.Renew(busy, busy.deliveries.get(0)));
      rig.settle();
    }
    assertThat(busy.takenBack).isEmpty();
    busy.settle(0, Outcome.ACCEPTED);
    rig.settle();
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void whatWasFetchedAheadIsNotTakenWhileItsConsumerWorksThroughIt() {
    TestConsumer slow = holding(4, "a", "b", "c", "d");
    for (int i = 0; i < 4; i++) {
      time.advance(900);
      slow.settle(i, Outcome.ACCEPTED);
      rig.settle();
    }
    assertThat(slow.takenBack).isEmpty();
    assertThat(rig.messages("q")).isZero();
  }

  @Test
  void oneThatIsLeftBehindComesBackThoughOthersAreSettled() {
    TestConsumer forgetful = holding(3, "a", "b", "c");
    for (int i = 1; i < 3; i++) {
      time.advance(400);
      forgetful.settle(i, Outcome.ACCEPTED);
      rig.settle();
    }
    assertThat(forgetful.takenBack).isEmpty();
    time.advance(200);
    assertThat(forgetful.takenBack).containsExactly(forgetful.deliveries.get(0));
    assertThat(time.consumer(1).take()).containsExactly("a");
  }

  @Test
  void zeroIsNever() {
    time.create(new Handling(RetryPolicy.atOnce(2), 0, ""), Lifetime.DEFAULT, Limits.NONE);
    rig.send("q", "a");
    TestConsumer silent = time.consumer(1);
    time.advance(1_000_000_000L);
    assertThat(silent.takenBack).isEmpty();
  }
}
