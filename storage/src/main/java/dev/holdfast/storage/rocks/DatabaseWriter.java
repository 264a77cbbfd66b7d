package dev.holdfast.storage.rocks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches, and waits for RocksDB's flushes and merges only as long as they can be expected
 * to get on. RocksDB itself would hold a writer on a full disk for as long as it is full, or let it
 * crawl at 16 KiB a second. Owner thread.
 */
final class DatabaseWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseWriter.class);
  private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int ROUNDS_WITH_ERRORS = 500;
  private static final int ROUNDS_BEFORE_WARNING = 2_500;

  /** RocksDB slows writers down to less than this when it gets nowhere. */
  private static final long HEALTHY_BYTES_PER_SECOND = 2L << 20;

  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final WriteOptions unsynced = new WriteOptions().setSync(false);
  private final WriteOptions syncedAtOnce = new WriteOptions().setSync(true).setNoSlowdown(true);
  private final WriteOptions unsyncedAtOnce = new WriteOptions().setSync(false).setNoSlowdown(true);
  private final HealthMonitor health;

  DatabaseWriter(HealthMonitor health) {
    this.health = health;
  }

  /** Writes the batch, or fails: at once on a full disk, within seconds when RocksDB is stuck. */
  void write(RocksDB db, WriteBatch batch, boolean sync) throws RocksDBException {
    for (int round = 1; !writtenAtOnce(db, batch, sync); round++) {
      if (health.outOfRoom()) {
        throw new RocksDBException(
            "No space left for merging what was written",
            new Status(Status.Code.IOError, Status.SubCode.NoSpace, ""));
      }
      if (db.getLongProperty("rocksdb.is-write-stopped") == 0
          && db.getLongProperty("rocksdb.actual-delayed-write-rate") >= HEALTHY_BYTES_PER_SECOND) {
        db.write(sync ? synced : unsynced, batch);
        return;
      }
      if (round >= ROUNDS_WITH_ERRORS && HealthMonitor.errors(db) > 0) {
        throw new RocksDBException(
            "the database takes no writes after an error in the background",
            new Status(Status.Code.IOError, Status.SubCode.None, ""));
      }
      if (round % ROUNDS_BEFORE_WARNING == 0) {
        LOG.warn("a write waits for write buffers to be flushed and tables to be merged");
      }
      LockSupport.parkNanos(PARK_NANOS);
    }
  }

  private boolean writtenAtOnce(RocksDB db, WriteBatch batch, boolean sync)
      throws RocksDBException {
    try {
      db.write(sync ? syncedAtOnce : unsyncedAtOnce, batch);
      return true;
    } catch (RocksDBException e) {
      Status status = e.getStatus();
      if (status == null || status.getCode() != Status.Code.Incomplete) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public void close() {
    synced.close();
    unsynced.close();
    syncedAtOnce.close();
    unsyncedAtOnce.close();
  }
}
