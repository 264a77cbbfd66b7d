package dev.holdfast.storage.rocks;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.log.RowFamily;
import dev.holdfast.storage.log.Rows;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * An open database with the handles of its families, closed in the right order.
 *
 * @param db the database
 * @param handles of all families that are open
 * @param families those that hold rows
 */
record Database(
    RocksDB db, List<ColumnFamilyHandle> handles, Map<RowFamily, ColumnFamilyHandle> families)
    implements AutoCloseable {

  /** Opens for reading and writing; replays the write-ahead log. */
  static Database open(RocksOptions options, Path path) throws StoreException {
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      RocksDB db = RocksDB.open(options.db(), path.toString(), options.families(), handles);
      return new Database(db, handles, byFamily(handles));
    } catch (RocksDBException e) {
      throw RocksErrors.of("cannot open the database " + path, e);
    }
  }

  /** The last commit that is in the table files, whatever the write-ahead log holds. */
  static long flushedCommit(Path path) throws StoreException {
    RocksDB.loadLibrary();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (ColumnFamilyOptions plain = new ColumnFamilyOptions();
        // There are no logs where the tables are, so none is replayed.
        DBOptions options =
            new DBOptions()
                .setWalDir(path.toString())
                .setMaxOpenFiles(16)
                .setInfoLogLevel(InfoLogLevel.FATAL_LEVEL)) {
      List<ColumnFamilyDescriptor> families =
          List.of(
              new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, plain),
              new ColumnFamilyDescriptor(RocksOptions.name(RowFamily.META), plain));
      RocksDB db = RocksDB.openReadOnly(options, path.toString(), families, handles);
      try (Database database = new Database(db, handles, Map.of())) {
        return commitOf(db.get(database.handles.get(1), Rows.commitKey()));
      }
    } catch (RocksDBException e) {
      throw RocksErrors.of("cannot read the database " + path, e);
    }
  }

  /** The last commit as the open database shows it. */
  long commit() throws StoreException {
    try {
      return commitOf(db.get(family(RowFamily.META), Rows.commitKey()));
    } catch (RocksDBException e) {
      throw RocksErrors.of("cannot read the last commit", e);
    }
  }

  ColumnFamilyHandle family(RowFamily family) {
    return Objects.requireNonNull(families.get(family));
  }

  private static Map<RowFamily, ColumnFamilyHandle> byFamily(List<ColumnFamilyHandle> handles) {
    Map<RowFamily, ColumnFamilyHandle> families = new EnumMap<>(RowFamily.class);
    int next = 1;
    for (RowFamily family : RowFamily.values()) {
      families.put(family, handles.get(next++));
    }
    return families;
  }

  private static long commitOf(byte @Nullable [] row) {
    return row == null || row.length < 8 ? 0 : ByteBuffer.wrap(row).getLong();
  }

  @Override
  public void close() {
    handles.forEach(ColumnFamilyHandle::close);
    db.close();
  }
}
