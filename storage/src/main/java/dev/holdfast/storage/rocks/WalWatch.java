package dev.holdfast.storage.rocks;

import dev.holdfast.storage.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the list of write-ahead logs up to date: at once when RocksDB has begun a new one, and when
 * the store has gone quiet. Owner thread.
 */
final class WalWatch {
  private static final Logger LOG = LoggerFactory.getLogger(WalWatch.class);
  private static final String ACTIVE_MEMTABLES = "rocksdb.cur-size-active-mem-table";

  private final Path logs;
  private final Path listFile;
  private WalList written = WalList.NONE;
  private long activeBytes;
  private long durableAtLastLook;

  WalWatch(Path logs, Path listFile) {
    this.logs = logs;
    this.listFile = listFile;
  }

  /**
   * After each write: a new log begins when memtables are switched, and then they are smaller than
   * before. Asking for their size is much cheaper than listing a directory.
   */
  void afterWrite(RocksDB db, long durableCommit) {
    try {
      long now = db.getAggregatedLongProperty(ACTIVE_MEMTABLES);
      if (now < activeBytes) {
        write(durableCommit);
      }
      activeBytes = now;
    } catch (RocksDBException e) {
      LOG.warn("cannot ask for the size of the write buffers: {}", e.getMessage());
    }
  }

  /** About once a second: when nothing was committed since the last time, says how far it came. */
  void whenQuiet(long durableCommit) {
    if (durableCommit == durableAtLastLook && durableCommit != written.durableCommit()) {
      write(durableCommit);
    }
    durableAtLastLook = durableCommit;
  }

  /**
   * What the logs take beyond one that has just begun: those that wait for a flush or to be
   * recycled.
   *
   * @param allocation what a log that has just begun takes
   */
  long idleBytes(long allocation) {
    try {
      List<Path> files = WalVerifier.files(logs);
      long sum = 0;
      for (int i = 0; i < files.size(); i++) {
        long size = Files.size(files.get(i));
        sum += i < files.size() - 1 ? size : Math.max(0, size - allocation);
      }
      return sum;
    } catch (IOException | StoreException e) {
      // One was deleted between listing and looking.
      LOG.debug("cannot look at the logs", e);
      return 0;
    }
  }

  void write(long durableCommit) {
    try {
      List<Path> files = WalVerifier.files(logs);
      long newest = files.isEmpty() ? 0 : WalFile.number(files.get(files.size() - 1));
      WalList now = new WalList(newest, durableCommit);
      if (!now.equals(written)) {
        now.write(listFile);
        written = now;
      }
    } catch (IOException | StoreException e) {
      // The list only ever says too little then, which weakens a check and breaks nothing.
      LOG.warn("cannot write {}: {}", listFile, e.getMessage());
    }
  }
}
