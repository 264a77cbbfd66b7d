package dev.holdfast.storage.rocks;

import dev.holdfast.storage.CursorContract;
import dev.holdfast.storage.MessageStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RocksCursorTest extends CursorContract {
  @TempDir Path directory;

  @Override
  protected MessageStore open() throws Exception {
    return RocksMessageStore.open(TestSettings.small(directory.resolve("data")));
  }
}
