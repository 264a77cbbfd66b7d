package dev.holdfast.storage.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.storage.IdempotencyContract;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.RememberedKey;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksIdempotencyTest extends IdempotencyContract {
  @TempDir Path directory;
  private long tableBytes = 1 << 20;

  @Override
  protected MessageStore open() throws Exception {
    return RocksMessageStore.open(
        TestSettings.small(directory.resolve("data")).withIdempotencyTableBytes(tableBytes));
  }

  /** With less memory than the keys need the database answers. */
  @Test
  void moreKeysThanTheTableHoldsAreStillExact() throws Exception {
    tableBytes = 0;
    restart();
    for (int i = 0; i < 5_000; i++) {
      batch.remember(1, number(i), new RememberedKey(i, i, 1_000), 60_000);
    }
    commit();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 5_000; i += 3) {
        assertThat(store.remembered(1, number(i))).hasValue(new RememberedKey(i, i, 1_000));
        assertThat(store.remembered(1, number(-1 - i))).isEmpty();
      }
      restart();
    }
  }

  private static byte[] number(int i) {
    return ByteBuffer.allocate(4).putInt(i).array();
  }
}
