package dev.holdfast.broker.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SilentRecordsTest {

  private final AtomicLong nanos = new AtomicLong(-5);
  private final SilentRecords records = new SilentRecords(nanos::get);

  private void allowed() {
    for (int i = 0; i < 32; i++) {
      assertThat(records.silent()).isTrue();
    }
    assertThat(records.silent()).isFalse();
  }

  @Test
  void soManyAMinute() {
    allowed();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(59));
    assertThat(records.silent()).isFalse();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    allowed();
  }

  @Test
  void soManyPerGibibyte() {
    allowed();
    for (int i = 0; i < 1023; i++) {
      records.data(1 << 20);
    }
    assertThat(records.silent()).isFalse();
    records.data(1 << 20);
    allowed();
  }
}
