package dev.holdfast.broker.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.DeathRecord;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MessageAttributesTest {
  private static final DeathRecord DEATH =
      DeathRecord.of(
          DeathRecord.Words.of(DeadLetterReason.EXPIRED),
          new DeathRecord.Origin("q", 3, 4),
          new DeathRecord.Failures(0, 0, 0, ""),
          5,
          Optional.empty());

  @Test
  void nothingTakesNoBytes() {
    assertThat(MessageAttributes.NONE.encode()).isEmpty();
    assertThat(MessageAttributes.decode(new byte[0])).isSameAs(MessageAttributes.NONE);
  }

  @Test
  void everyCombinationIsReadAsWritten() {
    for (int i = 1; i < 32; i++) {
      MessageAttributes attributes =
          new MessageAttributes(
              (i & 1) == 0 ? null : "grüße",
              (i & 2) == 0 ? 0 : 77,
              (i & 8) == 0 ? "" : "client-1",
              (i & 4) == 0 ? null : DEATH,
              (i & 16) == 0 ? new byte[0] : new byte[] {1, 2});
      assertThat(MessageAttributes.decode(attributes.encode())).isEqualTo(attributes);
    }
  }

  @Test
  void unknownFieldsAreSkipped() {
    byte[] known = MessageAttributes.NONE.withGroup("g").withDue(9).encode();
    byte[] more = new byte[known.length + 5];
    more[0] = 1;
    more[1] = 'z';
    more[3] = 2;
    System.arraycopy(known, 1, more, 6, known.length - 1);
    assertThat(MessageAttributes.decode(more))
        .isEqualTo(MessageAttributes.NONE.withGroup("g").withDue(9));
  }

  @Test
  void aDeathRecordOfOldStandsAlone() {
    assertThat(MessageAttributes.decode(DEATH.encode()).death()).isEqualTo(DEATH);
    assertThat(MessageAttributes.death(DEATH.encode())).contains(DEATH);
    assertThat(MessageAttributes.decode(new byte[] {9})).isEqualTo(MessageAttributes.NONE);
  }

  @Test
  void whatIsCutShortIsNotGuessed() {
    byte[] bytes = MessageAttributes.NONE.withGroup("group").encode();
    assertThatThrownBy(() -> MessageAttributes.decode(Arrays.copyOf(bytes, bytes.length - 1)))
        .isInstanceOf(IllegalStateException.class);
  }
}
