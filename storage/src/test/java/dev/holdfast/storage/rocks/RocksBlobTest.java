package dev.holdfast.storage.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.storage.BlobContract;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoredBlob;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksBlobTest extends BlobContract {
  @TempDir Path directory;
  private String data = "data";

  @Override
  protected MessageStore open() throws Exception {
    return RocksMessageStore.open(TestSettings.small(directory.resolve(data)));
  }

  @Test
  void aCrashLeavesNothingOfWhatWasBeingWritten() throws Exception {
    StoredBlob blob = blob(4);
    StoreFiles.copy(directory.resolve(data), directory.resolve("crashed"));
    data = "crashed";
    restart();
    assertThat(isThere(blob)).isFalse();
  }
}
