package dev.holdfast.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.deadletter.DeathRecord.Failures;
import dev.holdfast.deadletter.DeathRecord.FirstDeath;
import dev.holdfast.deadletter.DeathRecord.Origin;
import dev.holdfast.deadletter.DeathRecord.Words;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeathRecordTest {
  private static final Origin ORIGIN = new Origin("orders", 17, 1_000);
  private static final Failures FAILURES = new Failures(3, 1_100, 1_300, "uid:7");

  private static DeathRecord first() {
    return DeathRecord.of(
        new Words(DeadLetterReason.REJECTED, "app:no", "does not fit"),
        ORIGIN,
        FAILURES,
        1_300,
        Optional.empty());
  }

  @Test
  void isReadAsWritten() {
    DeathRecord record = first();
    assertThat(DeathRecord.decode(record.encode())).contains(record);
    assertThat(record.hops()).isEqualTo(1);
    assertThat(record.first())
        .isEqualTo(new FirstDeath(DeadLetterReason.REJECTED, "orders", 1_300));
  }

  @Test
  void theFirstDeathIsRememberedAndHopsAreCounted() {
    DeathRecord second =
        DeathRecord.of(
            Words.of(DeadLetterReason.EXPIRED),
            new Origin("parking", 4, 2_000),
            new Failures(0, 0, 0, ""),
            2_500,
            Optional.of(first()));
    assertThat(second.hops()).isEqualTo(2);
    assertThat(second.reason()).isEqualTo(DeadLetterReason.EXPIRED);
    assertThat(second.first()).isEqualTo(first().first());
    assertThat(DeathRecord.decode(second.encode())).contains(second);
  }

  @Test
  void longWordsAreCut() {
    DeathRecord record =
        DeathRecord.of(
            new Words(DeadLetterReason.REJECTED, "c".repeat(2_000), "d".repeat(5_000)),
            ORIGIN,
            new Failures(1, 1, 1, "p".repeat(900)),
            3,
            Optional.empty());
    assertThat(record.condition()).hasSize(512);
    assertThat(record.description()).hasSize(1_024);
    assertThat(record.failures().consumer()).hasSize(512);
    assertThat(DeathRecord.decode(record.encode())).contains(record);
  }

  @Test
  void laterVersionsMayAppend() {
    byte[] bytes = first().encode();
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 9);
    longer[1] = 9;
    assertThat(DeathRecord.decode(longer)).contains(first());
  }

  @Test
  void theFirstVersionIsReadToo() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte('D');
      out.writeByte(1);
      for (String text : new String[] {"rejected", "app:no", "does not fit", "orders"}) {
        out.writeUTF(text);
      }
      out.writeLong(17);
      out.writeLong(1_000);
      out.writeInt(3);
      out.writeLong(1_300);
      out.writeUTF("uid:7");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    DeathRecord read = DeathRecord.decode(bytes.toByteArray()).orElseThrow();
    assertThat(read.failures()).isEqualTo(new Failures(3, 0, 0, "uid:7"));
    assertThat(read.hops()).isEqualTo(1);
    assertThat(read.first()).isEqualTo(first().first());
  }

  @Test
  void whatIsNoRecordIsNotRead() {
    assertThat(DeathRecord.decode(new byte[0])).isEmpty();
    assertThat(DeathRecord.decode(new byte[] {'X', 1, 2})).isEmpty();
    assertThat(DeathRecord.decode(new byte[] {'D', 0, 2})).isEmpty();
    byte[] unknown = first().encode();
    unknown[4] = 'x';
    assertThat(DeathRecord.decode(unknown)).as("an unknown reason").isEmpty();
    assertThatThrownBy(() -> DeathRecord.decode(Arrays.copyOf(first().encode(), 20)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cut short");
  }
}
