package dev.holdfast.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DeadLetterDeciderTest {

  @Test
  void rejectedIsDeadAtOnceAndCounts() {
    assertThat(DeadLetterDecider.rejected(0))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.REJECTED, 1));
    assertThat(DeadLetterDecider.rejected(4))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.REJECTED, 5));
  }

  @Test
  void failedComesBackUntilTheLastDeliveryIsUsed() {
    RetryPolicy three = new RetryPolicy(3);
    assertThat(DeadLetterDecider.failed(0, three)).isEqualTo(new Verdict.Redeliver(1));
    assertThat(DeadLetterDecider.failed(1, three)).isEqualTo(new Verdict.Redeliver(2));
    assertThat(DeadLetterDecider.failed(2, three))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.MAX_DELIVERIES, 3));
  }

  @Test
  void aPolicyThatHasBeenTightenedSinceStillEnds() {
    assertThat(DeadLetterDecider.failed(7, new RetryPolicy(3)))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.MAX_DELIVERIES, 8));
  }

  @Test
  void oneDeliveryMeansNoSecondTry() {
    assertThat(DeadLetterDecider.failed(0, new RetryPolicy(1)))
        .isEqualTo(new Verdict.DeadLetter(DeadLetterReason.MAX_DELIVERIES, 1));
  }

  @Test
  void aPolicyMustDeliver() {
    assertThatThrownBy(() -> new RetryPolicy(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxDeliveries")
        .hasMessageContaining("0");
    assertThat(RetryPolicy.DEFAULT.maxDeliveries()).isEqualTo(10);
  }

  @Test
  void codesAreStableWordsAndUnique() {
    assertThat(Arrays.stream(DeadLetterReason.values()).map(DeadLetterReason::code))
        .containsExactly("rejected", "max-deliveries");
  }
}
