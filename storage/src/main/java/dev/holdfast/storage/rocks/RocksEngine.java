package dev.holdfast.storage.rocks;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreHealth;
import dev.holdfast.storage.log.BodyRange;
import dev.holdfast.storage.log.RowBatch;
import dev.holdfast.storage.log.RowEngine;
import dev.holdfast.storage.log.RowFamily;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
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
  private final DatabaseWriter writer;
  private final Compactor compactor = new Compactor();
  private final RoomMaker roomMaker;
  private final RocksRowBatch batch = new RocksRowBatch();
  private final ReadOptions reading = new ReadOptions();

  /** A chunk is read once: it must not push out of the cache what is read again. */
  private final ReadOptions readingOnce = new ReadOptions().setFillCache(false);

  // Changed under the write lock by the owner, read under the read lock by all.
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private @Nullable Database database;
  private boolean closed;

  // Owner thread.
  private long writtenCommit;
  private long durableCommit;

  RocksEngine(
      DataDirectory directory,
      StoreSettings settings,
      RocksOptions options,
      Volume volume,
      AutoCloseable keys) {
    this.directory = directory;
    this.options = options;
    this.keys = keys;
    this.reserve =
        new DiskReserve(directory.reserve(), volume, settings.reserveOn(volume.totalBytes()));
    this.wals = new WalWatch(directory.wal(), directory.walList());
    this.health = new HealthMonitor(reserve);
    this.writer = new DatabaseWriter(health);
    this.roomMaker =
        new RoomMaker(
            new RoomMaker.Parts(compactor, reserve, health, wals, options),
            () -> settings.clock().millis());
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
    health.opened();
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
      LOG.info("opening with the room of the reserve");
    }
    try {
      return Database.open(options, directory.db());
    } catch (StoreException e) {
      throw e.reason() == StoreException.Reason.DISK_FULL ? needsRoom(e) : e;
    }
  }

  private StoreException needsRoom(StoreException e) {
    return new StoreException(
        StoreException.Reason.DISK_FULL,
        "the disk is full, and opening needs room for what is in the write-ahead log: free about "
            + options.neededToOpenBytes()
            + " bytes where the data directory "
            + directory.root()
            + " is, then try again ("
            + e.getMessage()
            + ")",
        e);
  }

  @Override
  public RowBatch batch() {
    return batch;
  }

  @Override
  public void write(boolean sync, long commit) throws StoreException {
    Database open = open();
    try {
      writer.write(open.db(), batch.nativeBatch(), sync);
    } catch (RocksDBException e) {
      throw failed("cannot write", e);
    }
    writtenCommit = commit;
    if (sync) {
      durableCommit = commit;
    }
    wals.afterWrite(open.db(), durableCommit);
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
      if (database == null && !closed) {
        throw new StoreException(StoreException.Reason.IO, health.last().reason());
      }
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
    closeDatabase(false);
    try {
      start();
    } catch (StoreException e) {
      health.down("the database could not be opened again: " + e.getMessage());
      throw e;
    }
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
  public boolean makeRoom(BodyRange bodies) {
    return roomMaker.step(open(), bodies);
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
      if (health.last().publishable()) {
        roomMaker.notNeeded();
      }
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
    closeDatabase(true);
    closeRest();
  }

  /** After a failed start: closes without claiming that anything is durable. */
  void abandon() {
    closeDatabase(true);
    closeRest();
  }

  private void closeRest() {
    reserve.close();
    batch.close();
    writer.close();
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

  private void closeDatabase(boolean forGood) {
    compactor.finish();
    lock.writeLock().lock();
    try {
      closed = forGood;
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
