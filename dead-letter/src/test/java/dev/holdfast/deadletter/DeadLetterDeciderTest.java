package dev.holdfast.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.deadletter.DeadLetterDecider.Attempt;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeadLetterDeciderTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final Backoff STEADY = new Backoff(1_000, 2, 300_000, 0);

  private static Attempt attempt(int failuresBefore) {
    return new Attempt(failuresBefore, NOW, 0, 0.5);
  }

  private static RetryPolicy policy(int maxDeliveries) {
    return new RetryPolicy(maxDeliveries, STEADY, RetryPolicy.COUNTED_BY_DEFAULT);
  }

  @Test
  void rejectedIsDeadAtOnceAndCounts() {
    assertThat(DeadLetterDecider.rejected(0))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.REJECTED, 1));
    assertThat(DeadLetterDecider.rejected(4))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.REJECTED, 5));
  }

  @Test
  void failedComesBackLaterAndLaterUntilTheLastDeliveryIsUsed() {
    assertThat(DeadLetterDecider.failed(Failure.MODIFIED, attempt(0), policy(4)))
        .isEqualTo(new Verdict.RedeliverAfter(1, NOW + 1_000));
    assertThat(DeadLetterDecider.failed(Failure.MODIFIED, attempt(1), policy(4)))
        .isEqualTo(new Verdict.RedeliverAfter(2, NOW + 2_000));
    assertThat(DeadLetterDecider.failed(Failure.MODIFIED, attempt(2), policy(4)))
        .isEqualTo(new Verdict.RedeliverAfter(3, NOW + 4_000));
    assertThat(DeadLetterDecider.failed(Failure.MODIFIED, attempt(3), policy(4)))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.MAX_DELIVERIES, 4));
  }

  @ParameterizedTest
  @EnumSource(
      value = Failure.class,
      names = {"LINK_LOST", "ROLLED_BACK"})
  void whoAsksAgainAtOnceGetsItAtOnce(Failure failure) {
    assertThat(DeadLetterDecider.failed(failure, attempt(0), policy(3)))
        .isEqualTo(new Verdict.Redeliver(1));
    assertThat(DeadLetterDecider.failed(failure, attempt(2), policy(3)))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.MAX_DELIVERIES, 3));
  }

  @Test
  void whatDoesNotCountCostsNothing() {
    assertThat(DeadLetterDecider.failed(Failure.LOCK_EXPIRED, attempt(9), policy(10)))
        .isEqualTo(new Verdict.Redeliver(9));
    RetryPolicy strict = new RetryPolicy(10, STEADY, EnumSet.allOf(Failure.class));
    assertThat(DeadLetterDecider.failed(Failure.LOCK_EXPIRED, attempt(9), strict))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.MAX_DELIVERIES, 10));
    RetryPolicy lenient = new RetryPolicy(1, STEADY, Set.of());
    assertThat(DeadLetterDecider.failed(Failure.MODIFIED, attempt(9), lenient))
        .isEqualTo(new Verdict.Redeliver(9));
  }

  @Test
  void theConsumerMayChooseTheMoment() {
    Attempt asked = new Attempt(0, NOW, NOW + 77, 0.5);
    assertThat(DeadLetterDecider.failed(Failure.MODIFIED, asked, policy(10)))
        .isEqualTo(new Verdict.RedeliverAfter(1, NOW + 77));
    assertThat(DeadLetterDecider.givenBack(asked))
        .isEqualTo(new Verdict.RedeliverAfter(0, NOW + 77));
    Attempt past = new Attempt(0, NOW, NOW - 1, 0.5);
    assertThat(DeadLetterDecider.failed(Failure.MODIFIED, past, policy(10)))
        .isEqualTo(new Verdict.Redeliver(1));
    assertThat(DeadLetterDecider.failed(Failure.MODIFIED, asked, policy(1)))
        .as("no moment saves it from its last failure")
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.MAX_DELIVERIES, 1));
  }

  @Test
  void givenBackCostsNothing() {
    assertThat(DeadLetterDecider.givenBack(attempt(3))).isEqualTo(new Verdict.Redeliver(3));
  }

  @Test
  void aPolicyThatHasBeenTightenedSinceStillEnds() {
    assertThat(DeadLetterDecider.failed(Failure.MODIFIED, attempt(7), policy(3)))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.MAX_DELIVERIES, 8));
  }

  @Test
  void withoutAPlaceForDeadLettersItIsTriedForEver() {
    assertThat(DeadLetterDecider.failedForEver(Failure.MODIFIED, attempt(50), policy(3)))
        .isEqualTo(new Verdict.RedeliverAfter(51, NOW + 300_000));
    assertThat(
            DeadLetterDecider.failedForEver(
                Failure.MODIFIED, attempt(RetryPolicy.MOST_DELIVERIES), policy(3)))
        .as("the count stays at what the store can keep")
        .isEqualTo(new Verdict.RedeliverAfter(RetryPolicy.MOST_DELIVERIES, NOW + 300_000));
  }

  @Test
  void thePolicySaysWhetherLateAndSurplusMessagesAreKept() {
    assertThat(DeadLetterDecider.expired(2, false))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.EXPIRED, 2));
    assertThat(DeadLetterDecider.expired(2, true))
        .isEqualTo(new Verdict.Drop(DeadLetterReason.EXPIRED));
    assertThat(DeadLetterDecider.overflown(0, false))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.OVERFLOW, 0));
    assertThat(DeadLetterDecider.overflown(0, true))
        .isEqualTo(new Verdict.Drop(DeadLetterReason.OVERFLOW));
  }

  @Test
  void aMessageTravelsAsOftenAsTheLimitSays() {
    assertThat(DeadLetterDecider.mayTravel(0, 2)).isTrue();
    assertThat(DeadLetterDecider.mayTravel(1, 2)).isTrue();
    assertThat(DeadLetterDecider.mayTravel(2, 2)).isFalse();
    assertThat(DeadLetterDecider.mayTravel(0, 0)).isFalse();
  }

  /** However deliveries fail, every message ends after at most {@code maxDeliveries} that count. */
  @Test
  void everyLifeEnds() {
    Random random = new Random(7);
    for (int life = 0; life < 2_000; life++) {
      Set<Failure> counted = EnumSet.noneOf(Failure.class);
      for (Failure failure : Failure.values()) {
        if (random.nextBoolean()) {
          counted.add(failure);
        }
      }
      counted.add(Failure.MODIFIED);
      RetryPolicy policy =
          new RetryPolicy(1 + random.nextInt(12), new Backoff(100, 1.5, 5_000, 0.3), counted);
      liveOnce(random, policy);
    }
  }

  private static void liveOnce(Random random, RetryPolicy policy) {
    int expected = 0;
    int failures = 0;
    long now = NOW;
    while (true) {
      Failure how = Failure.values()[random.nextInt(Failure.values().length)];
      Attempt attempt = new Attempt(failures, now, 0, random.nextDouble());
      expected += policy.counted().contains(how) ? 1 : 0;
      Verdict verdict = DeadLetterDecider.failed(how, attempt, policy);
      if (verdict instanceof Verdict.DeadLetter dead) {
        assertThat(dead.failures()).isEqualTo(expected).isEqualTo(policy.maxDeliveries());
        return;
      }
      if (verdict instanceof Verdict.RedeliverAfter later) {
        assertThat(how).isEqualTo(Failure.MODIFIED);
        assertThat(later.notBeforeMs() - now).isBetween(1L, policy.backoff().maxMs());
        now = later.notBeforeMs();
        failures = later.failures();
      } else {
        failures = ((Verdict.Redeliver) verdict).failures();
      }
      assertThat(failures).isEqualTo(expected).isLessThan(policy.maxDeliveries());
    }
  }
}
