package dev.holdfast.storage.rocks;

import dev.holdfast.storage.ExpiryContract;
import dev.holdfast.storage.MessageStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RocksExpiryTest extends ExpiryContract {
  @TempDir Path directory;

  @Override
  protected MessageStore open() throws Exception {
    return RocksMessageStore.open(TestSettings.small(directory.resolve("data")));
  }
}
