package dev.holdfast.storage;

import dev.holdfast.storage.log.BodyRange;
import dev.holdfast.storage.log.RowBatch;
import dev.holdfast.storage.log.RowEngine;
import dev.holdfast.storage.log.RowFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rows in memory that outlive the store on them, as a disk does: {@link #crash()} takes back what
 * was written since the last sync. One thread at a time, except that {@code get} may come from any.
 */
public final class InMemoryDisk {
  private final Map<RowFamily, TreeMap<byte[], byte[]>> families = new EnumMap<>(RowFamily.class);
  private final List<Undo> undo = new ArrayList<>();
  private boolean full;

  private record Undo(RowFamily family, byte[] key, byte[] before) {}

  /** An empty disk. */
  public InMemoryDisk() {
    for (RowFamily family : RowFamily.values()) {
      families.put(family, new TreeMap<>(Arrays::compareUnsigned));
    }
  }

  /** Loses everything written since the last sync. The store on it must be opened anew. */
  public synchronized void crash() {
    for (int i = undo.size() - 1; i >= 0; i--) {
      Undo one = undo.get(i);
      if (one.before == null) {
        rows(one.family).remove(one.key);
      } else {
        rows(one.family).put(one.key, one.before);
      }
    }
    undo.clear();
  }

  /** Says in {@link StoreHealth} that there is no room for appends. */
  public synchronized void setFull(boolean full) {
    this.full = full;
  }

  /** Rows of a family, to be looked at or damaged by a test. */
  public TreeMap<byte[], byte[]> rows(RowFamily family) {
    return families.get(family);
  }

  RowEngine engine() {
    return new Engine();
  }

  private synchronized void change(RowFamily family, byte[] key, byte[] value) {
    TreeMap<byte[], byte[]> rows = rows(family);
    byte[] before = value == null ? rows.remove(key) : rows.put(key, value);
    undo.add(new Undo(family, key, before));
  }

  private synchronized void synced() {
    undo.clear();
  }

  private synchronized void deleteRange(RowFamily family, byte[] from, byte[] to) {
    new ArrayList<>(rows(family).subMap(from, to).keySet()).forEach(k -> change(family, k, null));
  }

  private final class Batch implements RowBatch {
    private final List<Runnable> changes = new ArrayList<>();

    @Override
    public void put(RowFamily family, byte[] key, byte[] value) {
      put(family, key, value, value.length);
    }

    @Override
    public void put(RowFamily family, byte[] key, byte[] buffer, int length) {
      byte[] value = Arrays.copyOf(buffer, length);
      changes.add(() -> change(family, key, value));
    }

    @Override
    public void delete(RowFamily family, byte[] key) {
      changes.add(() -> change(family, key, null));
    }

    @Override
    public void singleDelete(RowFamily family, byte[] key) {
      changes.add(
          () -> {
            if (!rows(family).containsKey(key)) {
              throw new AssertionError("single delete of a row that is not there");
            }
            change(family, key, null);
          });
    }

    @Override
    public void deleteRange(RowFamily family, byte[] from, byte[] to) {
      changes.add(() -> InMemoryDisk.this.deleteRange(family, from, to));
    }

    @Override
    public void clear() {
      changes.clear();
    }
  }

  private final class Engine implements RowEngine {
    private final Batch batch = new Batch();
    private volatile boolean closed;

    @Override
    public RowBatch batch() {
      return batch;
    }

    @Override
    public void write(boolean sync, long commit) {
      open();
      batch.changes.forEach(Runnable::run);
      batch.clear();
      if (sync) {
        synced();
      }
    }

    @Override
    public void sync() {
      open();
      synced();
    }

    @Override
    public byte[] get(RowFamily family, byte[] key) {
      open();
      synchronized (InMemoryDisk.this) {
        byte[] value = rows(family).get(key);
        return value == null ? null : value.clone();
      }
    }

    @Override
    public void scan(RowFamily family, byte[] from, byte[] to, RowVisitor visitor)
        throws StoreException {
      open();
      for (var row : new TreeMap<>(rows(family).subMap(from, to)).entrySet()) {
        if (!visitor.row(row.getKey(), row.getValue().clone())) {
          return;
        }
      }
    }

    @Override
    public void reopen() {
      open();
    }

    @Override
    public void reclaim(RowFamily family, byte[] from, byte[] to) {
      open();
    }

    @Override
    public void compactLater(RowFamily family, byte[] from, byte[] to) {
      open();
    }

    @Override
    public boolean makeRoom(BodyRange bodies) {
      open();
      return false;
    }

    @Override
    public long fileBytes(RowFamily family) {
      return 0;
    }

    @Override
    public void maintain() {
      open();
    }

    @Override
    public StoreHealth health() {
      synchronized (InMemoryDisk.this) {
        return full
            ? new StoreHealth(false, "the disk is full", 0, 1 << 20, 0)
            : new StoreHealth(true, "", 1L << 40, 1 << 20, 0);
      }
    }

    @Override
    public void close() {
      synced();
      closed = true;
    }

    private void open() {
      if (closed) {
        throw new IllegalStateException("the store is closed");
      }
    }
  }
}
