package dev.holdfast.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FingerprintTableTest {
  private static boolean holds(FingerprintTable table, long fingerprint, int bucket) {
    for (int at = table.next(fingerprint, -1); at >= 0; at = table.next(fingerprint, at)) {
      if (table.bucketAt(fingerprint, at) == bucket) {
        return true;
      }
    }
    return false;
  }

  @Test
  void holdsWhatWasAddedAndDropsWhatIsGone() {
    FingerprintTable table = new FingerprintTable(64 << 20);
    Map<Long, Integer> model = new HashMap<>();
    Random random = new Random(5);
    for (int bucket = 0; bucket < 20; bucket++) {
      int gone = bucket - 4;
      for (int i = 0; i < 20_000; i++) {
        long fingerprint = random.nextLong();
        assertThat(table.add(fingerprint, bucket, b -> b <= gone ? -1 : b)).isTrue();
        model.put(fingerprint, bucket);
      }
      model.values().removeIf(b -> b <= gone);
    }
    model.forEach((fingerprint, bucket) -> assertThat(holds(table, fingerprint, bucket)).isTrue());
    assertThat(table.isFull()).isFalse();
    // Of 400,000 only 80,000 were ever alive: the dead ones do not take room for ever.
    assertThat(table.bytes()).isLessThanOrEqualTo(80_000L * 8 * 6);
  }

  @Test
  void theSameTwiceCountsOnce() {
    FingerprintTable table = new FingerprintTable(1 << 20);
    assertThat(table.add(42, 0, b -> b)).isTrue();
    assertThat(table.add(42, 0, b -> b)).isFalse();
    assertThat(table.add(42, 1, b -> b)).isTrue();
  }

  @Test
  void saysSoWhenItIsFull() {
    FingerprintTable table = new FingerprintTable(0);
    Random random = new Random(6);
    for (int i = 0; i < 10_000; i++) {
      table.add(random.nextLong(), 0, b -> b);
    }
    assertThat(table.isFull()).isTrue();
    assertThat(table.bytes()).isEqualTo(64 * 16 * 8);
  }

  @Test
  void bucketsCanBeNumberedAnew() {
    FingerprintTable table = new FingerprintTable(1 << 20);
    table.add(1, 7, b -> b);
    table.add(2, 9, b -> b);
    table.renumber(b -> b == 7 ? 0 : -1);
    assertThat(holds(table, 1, 0)).isTrue();
    assertThat(table.next(2, -1)).isNegative();
  }
}
