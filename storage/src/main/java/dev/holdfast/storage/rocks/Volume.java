package dev.holdfast.storage.rocks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file system a store lies on, as far as room goes. Any thread. */
interface Volume {

  /** Size in bytes. */
  long totalBytes();

  /** Bytes that this process may still take. */
  long freeBytes();

  /** The one that holds a directory. */
  static Volume of(Path directory) throws IOException {
    FileStore store = Files.getFileStore(directory.toAbsolutePath());
    return new Volume() {
      @Override
      public long totalBytes() {
        try {
          return store.getTotalSpace();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public long freeBytes() {
        try {
          return store.getUsableSpace();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }
}
