package dev.holdfast.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class RedriveTest {
  private static Optional<DeathRecord> death(int times) {
    Optional<DeathRecord> record = Optional.empty();
    for (int i = 0; i < times; i++) {
      record =
          Optional.of(
              DeathRecord.of(
                  DeathRecord.Words.of(DeadLetterReason.REJECTED),
                  new DeathRecord.Origin("t::s", 7, 50),
                  new DeathRecord.Failures(1, 0, 0, ""),
                  100 + i,
                  record));
    }
    return record;
  }

  @Test
  void allAreMeantUnlessSomethingIsAsked() {
    assertThat(Redrive.ALL.matches(1, 1, Optional.empty())).isTrue();
    assertThat(Redrive.ALL.matches(1, 1, death(1))).isTrue();
    assertThat(Redrive.ALL.upTo(4).matches(4, 1, death(1))).isTrue();
    assertThat(Redrive.ALL.upTo(4).matches(5, 1, death(1))).isFalse();
    assertThat(Redrive.ALL.upTo(4).upTo(9).toSequence()).isEqualTo(4);
  }

  @Test
  void reasonAgeAndSequenceAreAskedTogether() {
    Redrive asked = new Redrive(Optional.of(DeadLetterReason.REJECTED), 101, 3, 5);
    assertThat(asked.matches(3, 0, death(1))).isTrue();
    assertThat(asked.matches(2, 0, death(1))).as("before").isFalse();
    assertThat(asked.matches(3, 0, death(2))).as("died at the moment itself").isFalse();
    assertThat(asked.matches(3, 0, Optional.empty())).as("never died").isFalse();
    Redrive expired = new Redrive(Optional.of(DeadLetterReason.EXPIRED), 0, 0, 9);
    assertThat(expired.matches(3, 0, death(1))).isFalse();
    Redrive old = new Redrive(Optional.empty(), 10, 0, 9);
    assertThat(old.matches(1, 9, Optional.empty())).as("by when it was sent there").isTrue();
    assertThat(old.matches(1, 10, Optional.empty())).isFalse();
  }

  @Test
  void whatHasDiedTooOftenStays() {
    assertThat(Redrive.mayGoBack(death(2), 2)).isTrue();
    assertThat(Redrive.mayGoBack(death(3), 2)).isFalse();
    assertThat(Redrive.mayGoBack(Optional.empty(), 0)).isTrue();
  }

  @Test
  void theyGoWhereTheyCameFromUnlessSomebodyChooses() {
    assertThat(Redrive.destination(death(1), "", "own")).isEqualTo("t::s");
    assertThat(Redrive.destination(Optional.empty(), "", "own")).isEqualTo("own");
    assertThat(Redrive.destination(death(1), "there", "own")).isEqualTo("there");
  }
}
