package dev.holdfast.storage.rocks;

import dev.holdfast.storage.StoreHealth;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether publishes may be taken. Polls: RocksDB's listener for background errors throws on
 * half of its reasons and then nothing recovers. Owner thread, except {@link #last()}.
 */
final class HealthMonitor {
  private static final Logger LOG = LoggerFactory.getLogger(HealthMonitor.class);

  private final DiskReserve reserve;
  private volatile StoreHealth last = new StoreHealth(false, "the store is opening", 0, 0, 0);
  private boolean full;

  HealthMonitor(DiskReserve reserve) {
    this.reserve = reserve;
  }

  StoreHealth last() {
    return last;
  }

  /** A write found no room: not publishable until there is room for the reserve again. */
  void diskWasFull() {
    full = true;
  }

  /** Whether there is less than the reserve left at this moment. */
  boolean outOfRoom() {
    return reserve.freeBytes() < reserve.bytes();
  }

  /**
   * Looks again.
   *
   * @param writeFailed whether the last write failed, for whatever reason
   */
  void refresh(RocksDB db, boolean writeFailed) {
    long free = reserve.freeBytes();
    long errors = property(db, "rocksdb.background-errors");
    boolean stopped = property(db, "rocksdb.is-write-stopped") != 0;
    if (errors > 0 && free < reserve.bytes()) {
      // A flush in the background found no room; the next write would fail.
      full = true;
      reserve.release();
      free = reserve.freeBytes();
    }
    if (full && !writeFailed && free >= 2 * reserve.bytes() + reserve.bytes() / 4) {
      full = false;
    }
    if (!full) {
      reserve.restore();
    }
    String reason = "";
    if (full || free < reserve.bytes()) {
      reason =
          "the disk is full: "
              + free
              + " bytes are free and "
              + reserve.bytes()
              + " are kept for acknowledging and deleting; free some space, publishing resumes by"
              + " itself";
    } else if (writeFailed) {
      reason = "the last write failed";
    } else if (stopped && errors > 0) {
      reason = "the database has stopped writing after an error in the background; see the log";
    }
    boolean publishable = reason.isEmpty();
    if (publishable != last.publishable()) {
      LOG.info("publishing {}", publishable ? "is possible" : "is refused: " + reason);
    }
    last = new StoreHealth(publishable, reason, free, reserve.bytes(), stored(db));
  }

  private static long stored(RocksDB db) {
    try {
      return db.getAggregatedLongProperty("rocksdb.total-sst-files-size");
    } catch (RocksDBException e) {
      return 0;
    }
  }

  private static long property(RocksDB db, String name) {
    try {
      return db.getLongProperty(name);
    } catch (RocksDBException e) {
      return 0;
    }
  }
}
