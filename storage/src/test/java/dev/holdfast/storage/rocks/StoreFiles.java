package dev.holdfast.storage.rocks;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Helpers that make, copy and damage data directories. */
final class StoreFiles {
  private StoreFiles() {}

  static StoredMessage message(long sequence, int bytes) {
    byte[] body = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      body[i] = (byte) (sequence * 131 + i * 7);
    }
    return new StoredMessage(
        sequence, (byte) 1, (byte) 4, 5, 0, 0, 0, StoredMessage.NO_ATTRIBUTES, body);
  }

  static void createQueue(MessageStore store, int id) throws StoreException {
    StoreBatch batch = store.newBatch();
    batch.createLog(id);
    batch.createCursor(id, 1, 1);
    store.commit(batch, MessageStore.Durability.SYNCED);
  }

  static void append(MessageStore store, int id, int count, MessageStore.Durability durability)
      throws StoreException {
    StoreBatch batch = store.newBatch();
    long next = store.view().log(id).nextSequence();
    for (int i = 0; i < count; i++) {
      batch.append(id, message(next + i, 1000));
    }
    store.commit(batch, durability);
  }

  /** Reads everything; fails when a body is not what was stored. Returns how many. */
  static int readAll(MessageStore store, int id) throws StoreException {
    int read = 0;
    StoreView.LogView log = store.view().log(id);
    for (long at = 1; log.chunkAtOrAfter(at) != null; ) {
      ChunkInfo chunk = log.chunkAtOrAfter(at);
      for (StoredMessage message : store.read(id, chunk)) {
        if (!Arrays.equals(message.body(), message(message.sequence(), 1000).body())) {
          throw new AssertionError("wrong body served for " + message.sequence());
        }
        read++;
      }
      at = chunk.endSequence();
    }
    return read;
  }

  static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.collect(Collectors.toList())) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    return to;
  }

  static List<Path> files(Path directory, String suffix) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(f -> Files.isRegularFile(f) && f.toString().endsWith(suffix))
          .sorted()
          .collect(Collectors.toCollection(ArrayList::new));
    }
  }

  static void flip(Path file, long offset) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) offset] ^= 0x10;
    Files.write(file, bytes);
  }

  /** Content of every file but the lock, by path. */
  static TreeMap<String, String> fingerprint(Path directory) throws IOException {
    TreeMap<String, String> prints = new TreeMap<>();
    for (Path file : files(directory, "")) {
      if (!file.endsWith("store.lock")) {
        prints.put(file.toString(), Arrays.hashCode(Files.readAllBytes(file)) + "");
      }
    }
    return prints;
  }
}
