package dev.holdfast.storage.rocks;

import dev.holdfast.storage.log.RowBatch;
import dev.holdfast.storage.log.RowFamily;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** One native batch, reused. Owner thread. */
final class RocksRowBatch implements RowBatch, AutoCloseable {
  private static final int KEEP_BYTES = 4 << 20;

  private WriteBatch batch = new WriteBatch();
  private ByteBuffer key = ByteBuffer.allocateDirect(64);
  private ByteBuffer value = ByteBuffer.allocateDirect(128 * 1024);
  private Map<RowFamily, ColumnFamilyHandle> handles = Map.of();

  /** The families of the database that is open now. */
  void bind(Map<RowFamily, ColumnFamilyHandle> familyHandles) {
    handles = familyHandles;
  }

  WriteBatch nativeBatch() {
    return batch;
  }

  @Override
  public void put(RowFamily family, byte[] rowKey, byte[] rowValue) {
    try {
      batch.put(handle(family), rowKey, rowValue);
    } catch (RocksDBException e) {
      throw refused(e);
    }
  }

  @Override
  public void put(RowFamily family, byte[] rowKey, byte[] buffer, int length) {
    if (value.capacity() < length) {
      value = ByteBuffer.allocateDirect(length + length / 2);
    }
    key.clear().put(rowKey).flip();
    value.clear().put(buffer, 0, length).flip();
    try {
      batch.put(handle(family), key, value);
    } catch (RocksDBException e) {
      throw refused(e);
    }
  }

  @Override
  public void delete(RowFamily family, byte[] rowKey) {
    try {
      batch.delete(handle(family), rowKey);
    } catch (RocksDBException e) {
      throw refused(e);
    }
  }

  @Override
  public void singleDelete(RowFamily family, byte[] rowKey) {
    try {
      batch.singleDelete(handle(family), rowKey);
    } catch (RocksDBException e) {
      throw refused(e);
    }
  }

  @Override
  public void deleteRange(RowFamily family, byte[] from, byte[] to) {
    try {
      batch.deleteRange(handle(family), from, to);
    } catch (RocksDBException e) {
      throw refused(e);
    }
  }

  @Override
  public void clear() {
    if (batch.getDataSize() > KEEP_BYTES) {
      // A native batch never shrinks by itself; one huge commit must not cost memory forever.
      batch.close();
      batch = new WriteBatch();
      value = ByteBuffer.allocateDirect(128 * 1024);
    } else {
      batch.clear();
    }
  }

  @Override
  public void close() {
    batch.close();
  }

  private ColumnFamilyHandle handle(RowFamily family) {
    return Objects.requireNonNull(handles.get(family));
  }

  private static IllegalStateException refused(RocksDBException e) {
    return new IllegalStateException("a row does not fit into the batch", e);
  }
}
