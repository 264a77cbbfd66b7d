package dev.holdfast.storage.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.storage.log.RowFamily;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A synced write reaches the disk: a killed process cannot show it, the count of syncs can. */
class SyncTest {
  @TempDir Path directory;

  @Test
  void everySyncedWriteSyncsTheLogOnceAndAWrittenOneDoesNot() throws Exception {
    StoreSettings settings = TestSettings.small(directory.resolve("data"));
    DataDirectory data = DataDirectory.open(settings.dataDirectory());
    RocksOptions options = new RocksOptions(settings, data.wal());
    RocksEngine engine = new RocksEngine(data, settings, options, Volume.of(directory), () -> {});
    engine.start();
    long before = options.walSyncs();
    for (int i = 1; i <= 20; i++) {
      engine.batch().clear();
      engine.batch().put(RowFamily.IDX, new byte[] {1, (byte) i}, new byte[100]);
      engine.write(true, i);
    }
    assertThat(options.walSyncs() - before).isEqualTo(20);
    engine.write(false, 21);
    assertThat(options.walSyncs() - before).isEqualTo(20);
    engine.sync();
    assertThat(options.walSyncs() - before).isEqualTo(21);
    engine.close();
  }
}
