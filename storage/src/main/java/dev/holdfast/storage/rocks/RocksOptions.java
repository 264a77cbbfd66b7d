package dev.holdfast.storage.rocks;

import dev.holdfast.storage.log.RowFamily;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksObject;
import org.rocksdb.Statistics;
import org.rocksdb.StatsLevel;
import org.rocksdb.TickerType;
import org.rocksdb.WALRecoveryMode;

/** Options of the database and its families, and the native objects they hold. */
final class RocksOptions implements AutoCloseable {
  static final int MAX_WRITE_BUFFERS = 4;
  private static final int TABLE_BUFFERS = 2;
  private static final int MERGE_BUFFERS = 8;

  private final List<RocksObject> owned = new ArrayList<>();
  private final Statistics statistics;
  private final long writeBufferBytes;
  private final DBOptions dbOptions;
  private final List<ColumnFamilyDescriptor> families = new ArrayList<>();

  RocksOptions(StoreSettings settings, Path walDirectory) {
    RocksDB.loadLibrary();
    writeBufferBytes = settings.writeBufferBytes();
    statistics = own(new Statistics());
    statistics.setStatsLevel(StatsLevel.EXCEPT_DETAILED_TIMERS);
    dbOptions = own(new DBOptions());
    dbOptions
        .setCreateIfMissing(true)
        .setStatistics(statistics)
        .setCreateMissingColumnFamilies(true)
        .setWalDir(walDirectory.toString())
        // Recycled files make the sync cheap; they recycle only when no family pins old logs.
        .setRecycleLogFileNum(4)
        .setAtomicFlush(true)
        .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
        .setMaxTotalWalSize(settings.maxWalBytes())
        .setMaxBackgroundJobs(2)
        .setAllowConcurrentMemtableWrite(false)
        .setBytesPerSync(1 << 20)
        .setMaxOpenFiles(-1)
        .setParanoidChecks(true)
        .setStatsDumpPeriodSec(0)
        .setKeepLogFileNum(4)
        .setMaxLogFileSize(4 << 20)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
    Cache cache = own(new LRUCache(settings.blockCacheBytes(), 2));
    families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, small(settings, cache)));
    for (RowFamily family : RowFamily.values()) {
      ColumnFamilyOptions options =
          switch (family) {
            case BODY -> body(settings, cache);
            case DEDUP -> dedup(settings, cache);
            case IDX, TIMER, META -> small(settings, cache);
          };
      families.add(new ColumnFamilyDescriptor(name(family), options));
    }
  }

  static byte[] name(RowFamily family) {
    return family.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
  }

  DBOptions db() {
    return dbOptions;
  }

  /** How often the write-ahead log was synced. */
  long walSyncs() {
    return statistics.getTickerCount(TickerType.WAL_FILE_SYNCED);
  }

  /** What RocksDB allocates for a log that it begins. */
  long walAllocationBytes() {
    return writeBufferBytes + writeBufferBytes / 10;
  }

  /** What opening may write: the logs as tables, and a new log. */
  long neededToOpenBytes() {
    return dbOptions.maxTotalWalSize() + walAllocationBytes();
  }

  /** What one merge below level 0 reads, and so writes, at most. */
  long maxMergeBytes() {
    return MERGE_BUFFERS * writeBufferBytes;
  }

  /** The default family, which stays empty, and then one per {@link RowFamily} in its order. */
  List<ColumnFamilyDescriptor> families() {
    return families;
  }

  private ColumnFamilyOptions body(StoreSettings settings, Cache cache) {
    return own(new ColumnFamilyOptions())
        .setWriteBufferSize(settings.writeBufferBytes())
        .setMaxWriteBufferNumber(MAX_WRITE_BUFFERS)
        // Ciphertext does not compress.
        .setCompressionType(CompressionType.NO_COMPRESSION)
        // A chunk's deletion comes some files after the chunk: merging late finds both, and drops
        // them instead of copying bodies that are about to die.
        .setLevel0FileNumCompactionTrigger(12)
        .setLevel0SlowdownWritesTrigger(40)
        .setLevel0StopWritesTrigger(60)
        // A merge needs the room of what it writes until it gives back what it read: on a disk that
        // is nearly full, only small ones can be done.
        .setTargetFileSizeBase(TABLE_BUFFERS * settings.writeBufferBytes())
        .setMaxBytesForLevelBase(MERGE_BUFFERS * settings.writeBufferBytes())
        .setMaxCompactionBytes(MERGE_BUFFERS * settings.writeBufferBytes())
        // Deletions stretch the files of level 0 over each other: without a filter a read would
        // fetch a wrong chunk from each of them. One chunk is one key, so it costs next to nothing.
        .setTableFormatConfig(table(cache).setFilterPolicy(own(new BloomFilter(10))));
  }

  private ColumnFamilyOptions small(StoreSettings settings, Cache cache) {
    return own(new ColumnFamilyOptions())
        .setWriteBufferSize(settings.smallBufferBytes())
        .setMaxWriteBufferNumber(MAX_WRITE_BUFFERS)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setTableFormatConfig(table(cache));
  }

  private ColumnFamilyOptions dedup(StoreSettings settings, Cache cache) {
    return own(new ColumnFamilyOptions())
        .setWriteBufferSize(settings.smallBufferBytes())
        .setMaxWriteBufferNumber(MAX_WRITE_BUFFERS)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setTableFormatConfig(table(cache).setFilterPolicy(own(new BloomFilter(10))));
  }

  private static BlockBasedTableConfig table(Cache cache) {
    return new BlockBasedTableConfig()
        .setBlockCache(cache)
        .setBlockSize(16 * 1024)
        .setCacheIndexAndFilterBlocks(false);
  }

  private <T extends RocksObject> T own(T object) {
    owned.add(object);
    return object;
  }

  /** After the database is closed: those made last first. */
  @Override
  public void close() {
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).close();
    }
  }
}
