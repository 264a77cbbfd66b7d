package dev.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every store keeps of idempotency keys. */
public abstract class IdempotencyContract extends StoreContractBase {
  private static final long MINUTE = 60_000;
  private static final long DAY = 24 * 60 * MINUTE;
  private static final long NOW = 1_800_000_000_000L;

  private static byte[] key(long number) {
    return ("order-" + number).getBytes(StandardCharsets.UTF_8);
  }

  private void remember(int node, long number, long storedMs, long windowMs) {
    batch.remember(node, key(number), new RememberedKey(number, ~number, storedMs), windowMs);
  }

  @Test
  void keepsKeysByNodeAndOverARestart() throws Exception {
    remember(1, 7, NOW, 10 * MINUTE);
    commit();
    for (int round = 0; round < 2; round++) {
      assertThat(store.remembered(1, key(7))).hasValue(new RememberedKey(7, ~7L, NOW));
      assertThat(store.remembered(2, key(7))).isEmpty();
      assertThat(store.remembered(1, key(8))).isEmpty();
      restart();
    }
  }

  @Test
  void forgetsNothingWithinItsWindowAndAllOfItInTime() throws Exception {
    long[] windows = {1_000, 5_000, MINUTE, 10 * MINUTE, DAY, 30 * DAY};
    for (int i = 0; i < windows.length; i++) {
      remember(1, i, NOW, windows[i]);
    }
    commit();
    for (int i = 0; i < windows.length; i++) {
      batch.forgetKeys(NOW + windows[i]);
      commit();
      assertThat(store.remembered(1, key(i))).as("at the end of window %d", windows[i]).isPresent();
      // Two widths of a bucket later at the latest; a width is less than the window or a second.
      batch.forgetKeys(NOW + 7 * Math.max(1_000, windows[i]));
      commit();
      store.maintain();
      assertThat(store.remembered(1, key(i))).as("long after window %d", windows[i]).isEmpty();
    }
    assertThat(store.rememberedKeys()).isZero();
  }

  @Test
  void aKeyCanBeTakenBack() throws Exception {
    remember(1, 1, NOW, MINUTE);
    remember(1, 2, NOW, MINUTE);
    commit();
    batch.forgetKey(1, key(1), NOW, MINUTE);
    batch.forgetKey(1, key(3), NOW, MINUTE);
    commit();
    for (int round = 0; round < 2; round++) {
      assertThat(store.remembered(1, key(1))).isEmpty();
      assertThat(store.remembered(1, key(2))).isPresent();
      restart();
    }
  }

  @Test
  void aKeyCanBeForgottenWheneverItWasRemembered() throws Exception {
    remember(1, 1, NOW, MINUTE);
    remember(1, 1, NOW + 2 * MINUTE, 100 * MINUTE);
    remember(2, 1, NOW, MINUTE);
    commit();
    restart();
    batch.forgetKey(1, key(1));
    commit();
    for (int round = 0; round < 2; round++) {
      assertThat(store.remembered(1, key(1))).isEmpty();
      assertThat(store.remembered(2, key(1))).isPresent();
      restart();
    }
  }

  @Test
  void theLatestCountsWhenAKeyCameAgainAfterItsWindow() throws Exception {
    remember(1, 1, NOW, MINUTE);
    commit();
    batch.remember(1, key(1), new RememberedKey(99, 5, NOW + 2 * MINUTE), 10 * MINUTE);
    commit();
    for (int round = 0; round < 2; round++) {
      assertThat(store.remembered(1, key(1))).hasValue(new RememberedKey(99, 5, NOW + 2 * MINUTE));
      restart();
    }
  }

  @Test
  void manyKeysInManyBucketsAreAllFound() throws Exception {
    Map<Long, RememberedKey> model = new HashMap<>();
    Random random = new Random(11);
    for (int commit = 0; commit < 40; commit++) {
      for (int i = 0; i < 1_000; i++) {
        long number = random.nextInt(30_000);
        RememberedKey value =
            new RememberedKey(commit * 1_000L + i, number, NOW + commit * MINUTE + i);
        batch.remember(3, key(number), value, (1 + random.nextInt(3)) * 40 * MINUTE);
        model.put(number, value);
      }
      commit();
    }
    for (int round = 0; round < 2; round++) {
      for (long number = 0; number < 30_000; number += 7) {
        assertThat(store.remembered(3, key(number)).orElse(null)).isEqualTo(model.get(number));
      }
      restart();
    }
  }
}
