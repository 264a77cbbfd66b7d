package dev.holdfast.storage.rocks;

import dev.holdfast.storage.log.BodyRange;
import dev.holdfast.storage.log.RowFamily;
import java.util.function.LongSupplier;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back, while publishing waits for room, what the store holds and does not need. Owner
 * thread.
 *
 * <p>That is of two kinds. Dead chunks in table files go by merging, which needs room itself: for
 * the chunks that live and for the write buffers, which are flushed first; where both do not fit at
 * once, the buffers go first, by opening the database again. Write-ahead logs that are kept to be
 * recycled go with that, too. So does an error in the background: after one for want of room
 * RocksDB merges nothing until there is room for all it would read, which merging was to bring.
 *
 * <p>Both are done only when they can bring what is missing, at growing intervals until something
 * changes, because what can be brought is an estimate.
 */
final class RoomMaker {
  private static final Logger LOG = LoggerFactory.getLogger(RoomMaker.class);
  private static final long FIRST_INTERVAL_MS = 1_000;
  private static final long LAST_INTERVAL_MS = 60_000;

  /** Consumers wait while the database is opened. */
  private static final long REOPEN_INTERVAL_MS = 5_000;

  private static final long MARGIN_BYTES = 1 << 20;

  /** Less in the write buffers than this decides nothing. */
  private static final long WORTH_FLUSHING_BYTES = 64 << 10;

  private final Compactor compactor;
  private final DiskReserve reserve;
  private final HealthMonitor health;
  private final WalWatch wals;
  private final RocksOptions options;
  private final LongSupplier clockMs;
  private long intervalMs = FIRST_INTERVAL_MS;
  private long triedAtMs = Long.MIN_VALUE / 2;
  private long liveWhenTried = Long.MAX_VALUE;
  private long reopenedAtMs = Long.MIN_VALUE / 2;

  /** What it works with. */
  record Parts(
      Compactor compactor,
      DiskReserve reserve,
      HealthMonitor health,
      WalWatch wals,
      RocksOptions options) {}

  RoomMaker(Parts parts, LongSupplier clockMs) {
    this.compactor = parts.compactor();
    this.reserve = parts.reserve();
    this.health = parts.health();
    this.wals = parts.wals();
    this.options = parts.options();
    this.clockMs = clockMs;
  }

  /** Publishing is possible: the next time begins from the start. */
  void notNeeded() {
    intervalMs = FIRST_INTERVAL_MS;
    liveWhenTried = Long.MAX_VALUE;
  }

  /**
   * Does the next step.
   *
   * @return whether the database should be opened again
   */
  boolean step(Database open, BodyRange bodies) {
    deleteUnusedFiles(open.db());
    long missing = health.missingBytes();
    if (compactor.busy() || !due(bodies.liveBytes(), missing)) {
      return false;
    }
    if (missing == 0) {
      return stuck(open.db(), bodies.liveBytes());
    }
    long buffered = property(open.db(), "rocksdb.cur-size-all-mem-tables");
    ColumnFamilyHandle family = open.family(RowFamily.BODY);
    long tables = property(open.db(), family, "rocksdb.total-sst-files-size");
    // What lives may be in a write buffer and not in a table yet.
    long dead = Math.max(0, tables - Math.max(0, bodies.liveBytes() - buffered));
    long logs = wals.idleBytes(options.walAllocationBytes());
    if (dead + logs < missing && !compactor.failed()) {
      return false;
    }
    boolean merging = !compactor.failed() && dead > 0 && (dead >= missing || dead >= logs);
    if (merging) {
      long merged = mergedAtOnce(open, family, bodies.liveBytes());
      if (hasRoomFor(buffered + merged)) {
        tried(bodies.liveBytes());
        compactor.start(open.db(), family, bodies.from(), bodies.to());
        return false;
      }
      if (buffered >= WORTH_FLUSHING_BYTES && hasRoomFor(Math.max(buffered, merged))) {
        // Mostly acknowledgements, which take far less in a table: merging may fit after it.
        return reopening(bodies.liveBytes(), missing);
      }
    }
    return (logs > 0 || compactor.failed())
        && hasRoomFor(buffered)
        && reopening(bodies.liveBytes(), missing);
  }

  /** Something other than room stops the database, and it has not healed by itself. */
  private boolean stuck(RocksDB db, long live) {
    return !health.last().publishable() && HealthMonitor.errors(db) > 0 && reopening(live, 0);
  }

  /**
   * Files that a reader held while a merge replaced them stay until RocksDB next looks for such, at
   * the end of a flush or a merge, which may never come on a full disk. Switching deletion off and
   * on makes it look.
   */
  private static void deleteUnusedFiles(RocksDB db) {
    try {
      db.disableFileDeletions();
      db.enableFileDeletions();
    } catch (RocksDBException e) {
      LOG.warn("cannot look for unused files: {}", e.getMessage());
    }
  }

  private boolean reopening(long live, long missing) {
    long now = clockMs.getAsLong();
    if (now - reopenedAtMs < REOPEN_INTERVAL_MS) {
      return false;
    }
    tried(live);
    reopenedAtMs = now;
    LOG.info("opening the database again, to give room back; {} bytes are missing", missing);
    return true;
  }

  /** Whether it is time; much having been consumed makes it time. */
  private boolean due(long live, long missing) {
    if (live < liveWhenTried - missing / 4) {
      intervalMs = FIRST_INTERVAL_MS;
    }
    return clockMs.getAsLong() - triedAtMs >= intervalMs;
  }

  private void tried(long live) {
    triedAtMs = clockMs.getAsLong();
    intervalMs = Math.min(LAST_INTERVAL_MS, 2 * intervalMs);
    liveWhenTried = live;
  }

  /** Deleting has the reserve for itself. */
  private boolean hasRoomFor(long bytes) {
    if (reserve.freeBytes() < bytes + MARGIN_BYTES) {
      reserve.release();
    }
    return reserve.freeBytes() >= bytes + MARGIN_BYTES;
  }

  /** What one merge writes before it gives anything back. */
  private long mergedAtOnce(Database open, ColumnFamilyHandle family, long live) {
    long level0 = open.db().getColumnFamilyMetaData(family).levels().get(0).size();
    return Math.min(live, level0 + options.maxMergeBytes());
  }

  private static long property(RocksDB db, String name) {
    try {
      return db.getAggregatedLongProperty(name);
    } catch (RocksDBException e) {
      return 0;
    }
  }

  private static long property(RocksDB db, ColumnFamilyHandle family, String name) {
    try {
      return db.getLongProperty(family, name);
    } catch (RocksDBException e) {
      return 0;
    }
  }
}
