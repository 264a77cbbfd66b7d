package dev.holdfast.benchmarks.store;

import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.rocks.RocksMessageStore;
import dev.holdfast.storage.rocks.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** A store with default settings in a new directory under {@code java.io.tmpdir}. */
public final class TemporaryStore implements AutoCloseable {
  private final Path directory;
  private final MessageStore store;

  private TemporaryStore(Path directory, MessageStore store) {
    this.directory = directory;
    this.store = store;
  }

  /** Opens an empty one. */
  public static TemporaryStore open() throws IOException, StoreException {
    return open(UnaryOperator.identity());
  }

  /** Opens an empty one with other settings. */
  public static TemporaryStore open(UnaryOperator<StoreSettings> change)
      throws IOException, StoreException {
    Path directory = Files.createTempDirectory("holdfast-bench");
    StoreSettings settings = change.apply(StoreSettings.defaults(directory.resolve("data")));
    return new TemporaryStore(directory, RocksMessageStore.open(settings));
  }

  /** The store. */
  public MessageStore store() {
    return store;
  }

  /** Closes and deletes it. */
  @Override
  public void close() throws IOException {
    store.close();
    TemporaryDirectory.delete(directory);
  }
}
