package dev.holdfast.storage.index;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredBlob;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The blobs there are: those being written, which no message names, and the others with the number
 * of chunks that name them. A blob goes when the batch that took the last name away is applied.
 * Owner thread.
 */
final class BlobTable {
  private final TreeMap<Long, Blob> blobs = new TreeMap<>();
  private final Set<Long> touched = new LinkedHashSet<>();

  /** Blobs of an earlier life that nobody will finish. */
  private final List<StoredBlob> orphans = new ArrayList<>();

  private static final class Blob {
    int parts;
    int names;

    /** Nobody will ever fill or name it any more, unless this batch names it again. */
    boolean over;

    /** Whether there is a row that says that it is being written. */
    boolean listed;
  }

  void clear() {
    blobs.clear();
    touched.clear();
    orphans.clear();
  }

  /** The lowest id there is; {@code none} when there is none. */
  long lowest(long none) {
    return blobs.isEmpty() ? none : blobs.firstKey();
  }

  void put(long id, int part, byte[] bytes, IndexSink sink) throws StoreException {
    Blob blob = blobs.computeIfAbsent(id, unknown -> new Blob());
    if (part != blob.parts || part >= StoredBlob.MAX_PARTS || blob.over || blob.names > 0) {
      throw new IllegalStateException(
          "blob " + id + " has " + blob.parts + " parts and is given part " + part);
    }
    blob.parts++;
    sink.blobPart(id, part, bytes);
    touched.add(id);
  }

  void drop(long id) {
    Blob blob = blobs.get(id);
    if (blob != null && blob.names > 0) {
      throw new IllegalStateException("blob " + id + " belongs to a message");
    }
    if (blob != null) {
      blob.over = true;
      touched.add(id);
    }
  }

  /** A chunk names it. */
  void retain(@Nullable StoredBlob named) {
    if (named == null) {
      return;
    }
    Blob blob = blobs.get(named.id());
    if (blob == null || blob.parts != named.parts()) {
      throw new IllegalStateException("there is no " + named);
    }
    blob.names++;
    touched.add(named.id());
  }

  /** A chunk that names it has died. */
  void release(@Nullable StoredBlob named) {
    Blob blob = named == null ? null : blobs.get(named.id());
    if (named == null || blob == null) {
      return;
    }
    blob.names--;
    blob.over = true;
    touched.add(named.id());
  }

  /** Says which rows change, once a batch is applied. */
  void name(IndexSink sink) {
    for (long id : touched) {
      Blob blob = blobs.get(id);
      if (blob == null) {
        continue;
      }
      if (blob.names == 0 && blob.over) {
        blobs.remove(id);
        sink.blobGone(id, blob.parts);
      }
      if (blob.names == 0 && !blob.over) {
        blob.listed = true;
        sink.blobInMaking(id, blob.parts);
      } else if (blob.listed) {
        blob.listed = false;
        sink.blobNotInMaking(id);
      }
    }
    touched.clear();
  }

  /** At recovery: a chunk names it. */
  void restore(@Nullable StoredBlob named) {
    if (named != null) {
      Blob blob = blobs.computeIfAbsent(named.id(), unknown -> new Blob());
      blob.parts = named.parts();
      blob.names++;
    }
  }

  /** At recovery: it was being written. */
  void orphan(StoredBlob blob) {
    orphans.add(blob);
  }

  /** What is to be deleted with the next batch. */
  List<StoredBlob> orphans() {
    return orphans;
  }
}
