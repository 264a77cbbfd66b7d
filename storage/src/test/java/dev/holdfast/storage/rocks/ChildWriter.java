package dev.holdfast.storage.rocks;

import dev.holdfast.storage.MessageStore;
import java.nio.file.Path;

/** A process of its own that commits and says what is synced, until it is killed. */
public final class ChildWriter {
  private ChildWriter() {}

  static Process start(Path data) throws java.io.IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            ChildWriter.class.getName(),
            data.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Writes into log 1 of the directory given. */
  public static void main(String[] args) throws Exception {
    try (MessageStore store = RocksMessageStore.open(TestSettings.small(Path.of(args[0])))) {
      while (!System.out.checkError()) {
        StoreFiles.append(store, 1, 3, MessageStore.Durability.SYNCED);
        System.out.println("synced " + (store.view().log(1).nextSequence() - 1));
      }
    }
  }
}
