package dev.holdfast.storage.rocks;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs at most one compaction of a range on a thread of its own. Owner thread otherwise. */
final class Compactor {
  private static final Logger LOG = LoggerFactory.getLogger(Compactor.class);

  private @Nullable Thread thread;
  private @Nullable CompactRangeOptions running;
  private volatile boolean failed;

  /** Whether one is running. */
  boolean busy() {
    return thread != null && thread.isAlive();
  }

  /** Whether the last one since the database was opened ended early. */
  boolean failed() {
    return failed;
  }

  void start(RocksDB db, ColumnFamilyHandle family, byte[] from, byte[] to) {
    if (busy()) {
      return;
    }
    finish();
    CompactRangeOptions options = new CompactRangeOptions().setExclusiveManualCompaction(false);
    Thread worker =
        new Thread(
            () -> {
              try {
                db.compactRange(family, from, to, options);
              } catch (RocksDBException e) {
                failed = true;
                LOG.info("compaction ended early: {}", e.getMessage());
              }
            },
            "holdfast-store-compaction");
    worker.setDaemon(true);
    running = options;
    thread = worker;
    worker.start();
  }

  /** Cancels what runs and waits for its end: before the database is closed. */
  void finish() {
    Thread worker = thread;
    CompactRangeOptions options = running;
    if (worker == null || options == null) {
      return;
    }
    options.setCanceled(true);
    boolean interrupted = false;
    while (worker.isAlive()) {
      try {
        worker.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    options.close();
    thread = null;
    running = null;
    failed = false;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
