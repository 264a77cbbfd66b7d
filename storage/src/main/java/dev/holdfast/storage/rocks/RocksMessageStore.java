package dev.holdfast.storage.rocks;

import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.keys.CipherWarmUp;
import dev.holdfast.storage.keys.FileKeyProvider;
import dev.holdfast.storage.keys.KeyProvider;
import dev.holdfast.storage.keys.KeyringSealer;
import dev.holdfast.storage.log.LogStore;
import java.io.IOException;
import java.nio.file.Files;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the message store on RocksDB. */
public final class RocksMessageStore {
  private static final Logger LOG = LoggerFactory.getLogger(RocksMessageStore.class);

  private RocksMessageStore() {}

  /**
   * Opens the store in a data directory, or creates it there. Order: lock, format version, key,
   * keyring, verification of the write-ahead log, database, index; each step refuses before the
   * next one touches anything.
   *
   * <p>Blocks for disk reads in proportion to the write-ahead log and to the number of stored
   * chunks. Any thread may call it; the store then belongs to the thread that uses it.
   *
   * @throws StoreException {@code LOCKED} when another process has the directory, {@code FORMAT},
   *     {@code WRONG_KEY}, {@code CORRUPT} or {@code IO}, each saying where and what to do
   */
  public static MessageStore open(StoreSettings settings) throws StoreException {
    DataDirectory directory = DataDirectory.open(settings.dataDirectory());
    Volume volume;
    try {
      volume = Volume.of(directory.root());
    } catch (IOException e) {
      directory.close();
      throw new StoreException(StoreException.Reason.IO, "cannot look at the file system: " + e, e);
    }
    return open(settings.fitting(volume.totalBytes()), directory, volume);
  }

  /** Opens in a directory that is locked, and closes it when that fails. */
  static MessageStore open(StoreSettings settings, DataDirectory directory, Volume volume)
      throws StoreException {
    KeyringSealer sealer;
    try {
      sealer = openKeys(settings, directory);
    } catch (StoreException | RuntimeException e) {
      directory.close();
      throw e;
    }
    RocksEngine engine =
        new RocksEngine(
            directory, settings, new RocksOptions(settings, directory.wal()), volume, sealer);
    boolean started = false;
    // Beside the reading of log and index, which mostly waits for the disk.
    Thread warmUp = new Thread(CipherWarmUp::run, "holdfast-store-warm-up");
    warmUp.setDaemon(true);
    warmUp.start();
    try {
      engine.start();
      MessageStore store =
          LogStore.start(
              engine,
              sealer,
              () -> settings.clock().millis(),
              new LogStore.Keys(
                  settings.idempotencyTableBytes(), RocksMessageStore::readInBackground));
      join(warmUp);
      started = true;
      return store;
    } finally {
      if (!started) {
        engine.abandon();
      }
    }
  }

  private static void readInBackground(Runnable task) {
    Thread thread = new Thread(task, "holdfast-store-keys");
    thread.setDaemon(true);
    thread.start();
  }

  private static void join(Thread warmUp) {
    try {
      warmUp.join();
    } catch (InterruptedException e) {
      // The store works without; the first chunks are slower.
      Thread.currentThread().interrupt();
    }
  }

  private static KeyringSealer openKeys(StoreSettings settings, DataDirectory directory)
      throws StoreException {
    boolean fresh = !directory.hasData();
    // A keyring made before its first database existed may be there after an early crash.
    boolean mayCreateKey = fresh && !Files.exists(directory.keyring());
    KeyProvider provider = FileKeyProvider.open(settings.keyFile(), mayCreateKey);
    if (settings
        .keyFile()
        .toAbsolutePath()
        .normalize()
        .startsWith(directory.root().toAbsolutePath().normalize())) {
      LOG.info(
          "HF-KEK-COLOCATED: the key file {} is inside the data directory; a copy of the directory"
              + " can be read by whoever has it",
          settings.keyFile());
    }
    return KeyringSealer.open(
        directory.keyring(), provider, directory.databaseId(), settings.clock(), fresh);
  }
}
