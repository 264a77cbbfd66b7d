package dev.holdfast.storage.rocks;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreHealth;
import dev.holdfast.storage.log.RowBatch;
import dev.holdfast.storage.log.RowEngine;
import dev.holdfast.storage.log.RowFamily;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows in RocksDB. After a failed write the database is closed and opened again, log verification
 * and all: what a write left in the log is then found out by the one piece of code that finds it
 * out after a crash.
 */
final class RocksEngine implements RowEngine {
  private static final Logger LOG = LoggerFactory.getLogger(RocksEngine.class);

  private final DataDirectory directory;
  private final RocksOptions options;
  private final AutoCloseable keys;
  private final DiskReserve reserve;
  private final WalWatch wals;
  private final HealthMonitor health;
  private final Compactor compactor = new Compactor();
  private final RocksRowBatch batch = new RocksRowBatch();
  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final WriteOptions unsynced = new WriteOptions().setSync(false);
  private final WriteOptions syncedAtOnce = new WriteOptions().setSync(true).setNoSlowdown(true);
  private final WriteOptions unsyncedAtOnce = new WriteOptions().setSync(false).setNoSlowdown(true);
  private final ReadOptions reading = new ReadOptions();

  /** A chunk is read once: it must not push out of the cache what is read again. */
  private final ReadOptions readingOnce = new ReadOptions().setFillCache(false);

  // `database` is replaced under the write lock by the owner and read under the read lock by all.
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private @Nullable Database database;

  // Owner thread.
  private long writtenCommit;
  private long durableCommit;

  RocksEngine(
      DataDirectory directory, StoreSettings settings, RocksOptions options, AutoCloseable keys)
      throws StoreException {
    this.directory = directory;
    this.options = options;
    this.keys = keys;
    try {
      boolean automatic = settings.reserveBytes() < 0;
      this.reserve =
          new DiskReserve(
              directory.reserve(),
              automatic ? settings.wantedReserve() : settings.reserveBytes(),
              automatic);
    } catch (IOException e) {
      throw new StoreException(StoreException.Reason.IO, "cannot look at the file system: " + e, e);
    }
    this.wals = new WalWatch(directory.wal(), directory.walList());
    this.health = new HealthMonitor(reserve);
  }

  /** Verifies the log, opens the database, checks that everything verified is in it. */
  void start() throws StoreException {
    long expected = 0;
    if (directory.hasData()) {
      expected =
          WalVerifier.verify(
              directory.wal(),
              WalList.read(directory.walList()),
              Database.flushedCommit(directory.db()));
    }
    Database opened = openDatabase();
    boolean good = false;
    try {
      long commit = opened.commit();
      if (commit < expected) {
        throw WalVerifier.damaged(
            "the database ends at commit "
                + commit
                + ", but commits up to "
                + expected
                + " were in its log");
      }
      writtenCommit = commit;
      durableCommit = commit;
      good = true;
    } finally {
      if (!good) {
        opened.close();
      }
    }
    lock.writeLock().lock();
    try {
      database = opened;
    } finally {
      lock.writeLock().unlock();
    }
    batch.bind(opened.families());
    wals.write(durableCommit);
    reserve.restore();
    health.refresh(opened.db(), false);
  }

  /** Opening writes the log's messages to tables: on a full disk it needs the reserve's room. */
  private Database openDatabase() throws StoreException {
    try {
      return Database.open(options, directory.db());
    } catch (StoreException e) {
      if (e.reason() != StoreException.Reason.DISK_FULL) {
        throw e;
      }
      reserve.release();
      return Database.open(options, directory.db());
    }
  }

  @Override
  public RowBatch batch() {
    return batch;
  }

  @Override
  public void write(boolean sync, long commit) throws StoreException {
    Database open = open();
    try {
      if (!writtenAtOnce(open, sync)) {
        open.db().write(sync ? synced : unsynced, batch.nativeBatch());
      }
    } catch (RocksDBException e) {
      throw failed("cannot write", e);
    }
    writtenCommit = commit;
    if (sync) {
      durableCommit = commit;
    }
    wals.afterWrite(open.db(), durableCommit);
  }

  /**
   * Writes unless RocksDB wants the writer to wait for flushes and compactions. Waiting is right
   * under load and wrong on a full disk, where they never finish.
   */
  private boolean writtenAtOnce(Database open, boolean sync) throws RocksDBException {
    try {
      open.db().write(sync ? syncedAtOnce : unsyncedAtOnce, batch.nativeBatch());
      return true;
    } catch (RocksDBException e) {
      Status status = e.getStatus();
      if (status == null || status.getCode() != Status.Code.Incomplete) {
        throw e;
      }
      if (health.outOfRoom()) {
        throw new RocksDBException(
            "No space left for merging what was written",
            new Status(Status.Code.IOError, Status.SubCode.NoSpace, ""));
      }
      return false;
    }
  }

  @Override
  public void sync() throws StoreException {
    try {
      open().db().syncWal();
    } catch (RocksDBException e) {
      throw failed("cannot sync", e);
    }
    durableCommit = writtenCommit;
  }

  private StoreException failed(String doing, RocksDBException e) {
    StoreException failure = RocksErrors.of(doing, e);
    if (failure.reason() == StoreException.Reason.DISK_FULL) {
      reserve.release();
      health.diskWasFull();
    }
    health.refresh(open().db(), true);
    return failure;
  }

  @Override
  public byte @Nullable [] get(RowFamily family, byte[] key) throws StoreException {
    lock.readLock().lock();
    try {
      Database open = open();
      ReadOptions how = family == RowFamily.BODY ? readingOnce : reading;
      return open.db().get(open.family(family), how, key);
    } catch (RocksDBException e) {
      throw RocksErrors.of("cannot read", e);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void scan(RowFamily family, byte[] from, byte[] to, RowVisitor visitor)
      throws StoreException {
    Database open = open();
    try (Slice lower = new Slice(from);
        Slice upper = new Slice(to);
        ReadOptions bounded =
            new ReadOptions()
                .setIterateLowerBound(lower)
                .setIterateUpperBound(upper)
                .setReadaheadSize(1 << 20);
        RocksIterator rows = open.db().newIterator(open.family(family), bounded)) {
      for (rows.seek(from); rows.isValid(); rows.next()) {
        if (!visitor.row(rows.key(), rows.value())) {
          return;
        }
      }
      // A block that cannot be read only ends the iteration.
      rows.status();
    } catch (RocksDBException e) {
      throw RocksErrors.of("cannot read the rows of " + family, e);
    }
  }

  @Override
  public void reopen() throws StoreException {
    closeDatabase();
    start();
  }

  @Override
  public void reclaim(RowFamily family, byte[] from, byte[] to) throws StoreException {
    Database open = open();
    try {
      open.db().deleteFilesInRanges(open.family(family), List.of(from, to), false);
    } catch (RocksDBException e) {
      throw RocksErrors.of("cannot give space back", e);
    }
  }

  @Override
  public void compactLater(RowFamily family, byte[] from, byte[] to) {
    Database open = open();
    compactor.start(open.db(), open.family(family), from, to);
  }

  @Override
  public long fileBytes(RowFamily family) {
    Database open = open();
    try {
      return open.db().getLongProperty(open.family(family), "rocksdb.total-sst-files-size");
    } catch (RocksDBException e) {
      return 0;
    }
  }

  @Override
  public void maintain() {
    Database open = database;
    if (open != null) {
      wals.whenQuiet(durableCommit);
      health.refresh(open.db(), false);
    }
  }

  @Override
  public StoreHealth health() {
    return health.last();
  }

  @Override
  public void close() {
    Database open = database;
    if (open != null) {
      try {
        open.db().syncWal();
        durableCommit = writtenCommit;
      } catch (RocksDBException e) {
        LOG.error("the last commits may not be durable: {}", e.getMessage());
      }
      wals.write(durableCommit);
    }
    closeDatabase();
    closeRest();
  }

  /** After a failed start: closes without claiming that anything is durable. */
  void abandon() {
    closeDatabase();
    closeRest();
  }

  private void closeRest() {
    reserve.close();
    batch.close();
    synced.close();
    unsynced.close();
    syncedAtOnce.close();
    unsyncedAtOnce.close();
    reading.close();
    readingOnce.close();
    options.close();
    directory.close();
    try {
      keys.close();
    } catch (Exception e) {
      throw new IllegalStateException("closing the keys", e);
    }
  }

  private void closeDatabase() {
    compactor.finish();
    lock.writeLock().lock();
    try {
      Database open = database;
      database = null;
      if (open != null) {
        open.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private Database open() {
    Database open = database;
    if (open == null) {
      throw new IllegalStateException("the store is closed");
    }
    return open;
  }
}
