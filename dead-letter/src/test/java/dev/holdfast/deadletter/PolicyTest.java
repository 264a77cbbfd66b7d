package dev.holdfast.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {

  @Test
  void theDefaultsAreTenDeliveriesAndUpToFiveMinutes() {
    RetryPolicy policy = RetryPolicy.DEFAULT;
    assertThat(policy.maxDeliveries()).isEqualTo(10);
    assertThat(policy.counted())
        .containsExactlyInAnyOrder(Failure.MODIFIED, Failure.LINK_LOST, Failure.ROLLED_BACK);
    assertThat(policy.backoff().delayMs(1, 0)).isEqualTo(800);
    assertThat(policy.backoff().delayMs(1, 0.5)).isEqualTo(1_000);
    assertThat(policy.backoff().delayMs(2, 0.5)).isEqualTo(2_000);
    assertThat(policy.backoff().delayMs(9, 0.5)).isEqualTo(256_000);
    assertThat(policy.backoff().delayMs(10, 0.5)).isEqualTo(300_000);
    assertThat(policy.backoff().delayMs(10, 0.999)).isEqualTo(300_000);
    assertThat(policy.backoff().delayMs(10, 0)).isEqualTo(240_000);
  }

  @Test
  void aPolicyMustDeliver() {
    for (int wrong : new int[] {0, -1, 65_536}) {
      assertThatThrownBy(() -> RetryPolicy.of(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("maxDeliveries")
          .hasMessageContaining(String.valueOf(wrong));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 2, 10, 0, initialMs",
    "1, 0.9, 10, 0, multiplier",
    "1, NaN, 10, 0, multiplier",
    "1, 1001, 10, 0, multiplier",
    "11, 2, 10, 0, maxMs",
    "1, 2, 31536000001, 0, maxMs",
    "1, 2, 10, -0.1, jitter",
    "1, 2, 10, 1.1, jitter"
  })
  void whatIsOutOfRangeIsNamed(
      long initialMs, double multiplier, long maxMs, double jitter, String field) {
    assertThatThrownBy(() -> new Backoff(initialMs, multiplier, maxMs, jitter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(field);
  }

  /** Waits grow with the failures, stay within jitter of the plain value, and below the cap. */
  @Test
  void waitsGrowAndAreBounded() {
    Random random = new Random(11);
    for (int i = 0; i < 5_000; i++) {
      long initial = random.nextInt(10_000);
      long max = initial + random.nextInt(1_000_000);
      Backoff backoff = new Backoff(initial, 1 + 9 * random.nextDouble(), max, random.nextDouble());
      double plain = initial;
      long before = -1;
      for (int failures = 1; failures < 40; failures++) {
        double draw = random.nextDouble();
        long delay = backoff.delayMs(failures, draw);
        assertThat(delay).isBetween(0L, max);
        double capped = Math.min(max, plain);
        assertThat((double) delay)
            .isBetween(
                Math.floor(capped * (1 - backoff.jitter()) - 1),
                Math.ceil(capped * (1 + backoff.jitter()) + 1));
        long middle = backoff.delayMs(failures, 0.5);
        assertThat(middle).isGreaterThanOrEqualTo(before);
        before = middle;
        plain *= backoff.multiplier();
      }
      assertThat(backoff.delayMs(RetryPolicy.MOST_DELIVERIES, 0.5)).isBetween(0L, max);
    }
  }

  @Test
  void codesAreStableWordsAndFoundAgain() {
    assertThat(Arrays.stream(DeadLetterReason.values()).map(DeadLetterReason::code))
        .containsExactly(
            "rejected",
            "max-deliveries",
            "expired",
            "overflow",
            "no-route",
            "hop-limit",
            "unreadable");
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      assertThat(DeadLetterReason.of(reason.code())).contains(reason);
    }
    assertThat(DeadLetterReason.of("else")).isEmpty();
    assertThat(Arrays.stream(Failure.values()).map(Failure::code))
        .containsExactly("modified", "link-lost", "rolled-back", "lock-expired");
    for (Failure failure : Failure.values()) {
      assertThat(Failure.of(failure.code())).contains(failure);
    }
    assertThat(Failure.of("else")).isEmpty();
  }
}
