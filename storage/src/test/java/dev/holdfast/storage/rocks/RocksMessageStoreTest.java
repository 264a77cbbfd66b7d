package dev.holdfast.storage.rocks;

import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.MessageStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RocksMessageStoreTest extends MessageStoreContract {
  @TempDir Path directory;

  @Override
  protected MessageStore open() throws Exception {
    return RocksMessageStore.open(TestSettings.small(directory.resolve("data")));
  }
}
