package dev.holdfast.storage.rocks;

import dev.holdfast.storage.StoreHealth;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether publishes may be taken. Polls: RocksDB's listener for background errors throws on
 * half of its reasons and then nothing recovers. Owner thread, except {@link #last()}.
 *
 * <p>What counts is the <em>room</em>: what is free and what the reserve file holds. Publishes stop
 * below twice the reserve, which is when less than the reserve is free beside a whole file, and go
 * on a little above it. Giving the file away therefore changes nothing, and both thresholds can be
 * reached whatever is left of it.
 */
final class HealthMonitor {
  private static final Logger LOG = LoggerFactory.getLogger(HealthMonitor.class);

  /** More than the threshold by this share of the reserve, so that publishing does not flutter. */
  private static final int HYSTERESIS_SHARE = 16;

  private static final long MIN_HYSTERESIS_BYTES = 256 << 10;

  private final DiskReserve reserve;
  private volatile StoreHealth last = new StoreHealth(false, "the store is opening", 0, 0, 0);
  private boolean full;
  private long errorsSeen;

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

  /** A database was opened: it counts its errors from none. */
  void opened() {
    errorsSeen = 0;
  }

  /** The database is closed and could not be opened again. */
  void down(String reason) {
    last = new StoreHealth(false, reason, reserve.freeBytes(), reserve.bytes(), last.storedBytes());
  }

  /** Whether there is less than the reserve left at this moment. */
  boolean outOfRoom() {
    return reserve.freeBytes() < reserve.bytes();
  }

  /** How much must come free before publishing goes on; 0 while room is not what stops it. */
  long missingBytes() {
    return full ? Math.max(0, resumeBytes() - reserve.roomBytes()) : 0;
  }

  /** Errors in the background since the database was opened, healed or not. */
  static long errors(RocksDB db) {
    return property(db, "rocksdb.background-errors");
  }

  /**
   * Looks again.
   *
   * @param writeFailed whether the last write failed, for whatever reason
   */
  void refresh(RocksDB db, boolean writeFailed) {
    long errors = errors(db);
    if (errors > errorsSeen && outOfRoom()) {
      // A flush in the background found no room; the next write would fail.
      full = true;
      reserve.release();
    }
    errorsSeen = errors;
    long room = reserve.roomBytes();
    if (room < 2 * reserve.bytes()) {
      full = true;
    } else if (!writeFailed && room >= resumeBytes()) {
      full = false;
    }
    if (!full) {
      reserve.restore();
    }
    long free = reserve.freeBytes();
    String reason = "";
    if (full) {
      reason =
          "the disk is full: "
              + free
              + " bytes are free, and publishing needs "
              + Math.max(0, resumeBytes() - room)
              + " more; free some space or consume messages, publishing resumes by itself";
    } else if (writeFailed) {
      reason = "the last write failed";
    } else if (errors > 0 && property(db, "rocksdb.is-write-stopped") != 0) {
      reason = "the database has stopped writing after an error in the background; see the log";
    }
    boolean publishable = reason.isEmpty();
    if (publishable != last.publishable()) {
      LOG.info("publishing {}", publishable ? "is possible" : "is refused: " + reason);
    }
    last = new StoreHealth(publishable, reason, free, reserve.bytes(), stored(db));
  }

  private long resumeBytes() {
    return 2 * reserve.bytes() + Math.max(MIN_HYSTERESIS_BYTES, reserve.bytes() / HYSTERESIS_SHARE);
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
