package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Upload;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredBlob;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Large messages on their way into the store: each becomes a blob, part by part, which the append
 * of its message makes part of a log. One that comes to nothing is deleted in the next turn, or,
 * after a crash, by the store. Owner thread.
 */
final class Uploads {
  private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

  private static final NodeError BROKEN =
      new NodeError(
          NodeError.Code.INTERNAL, "the broker could not store the message; send it again");

  private final MessageStore store;
  private final StoreBatch changes;
  private final IdentityHashMap<Upload, Writing> open = new IdentityHashMap<>();
  private final List<Long> toDrop = new ArrayList<>();

  /** One that is being written. */
  private static final class Writing {
    /** 0: nothing is written. */
    long id;

    int parts;
    long bytes;

    /** Why no more of it is stored; null: it is. */
    @Nullable NodeError failure;

    /** A message of the batch names it. */
    boolean kept;
  }

  Uploads(MessageStore store, StoreBatch changes) {
    this.store = store;
    this.changes = changes;
  }

  /**
   * Stages a part.
   *
   * @param closed why nothing is stored at the moment; null: it is
   */
  void add(Upload upload, byte[] part, @Nullable NodeError closed) {
    Writing writing = open.computeIfAbsent(upload, unknown -> new Writing());
    if (writing.failure == null && (closed != null || !begin(writing))) {
      writing.failure = closed == null ? BROKEN : closed;
      drop(writing);
    }
    if (writing.failure == null) {
      changes.putBlobPart(writing.id, writing.parts, part);
      writing.parts++;
      writing.bytes += part.length;
    }
  }

  private boolean begin(Writing writing) {
    try {
      writing.id = writing.id == 0 ? store.newBlobId() : writing.id;
      return writing.parts < StoredBlob.MAX_PARTS;
    } catch (StoreException e) {
      LOG.warn("a large message is refused", e);
      return false;
    }
  }

  /** Why the message that names this cannot be stored; null: it can. */
  @Nullable NodeError failure(@Nullable Upload upload) {
    if (upload == null) {
      return null;
    }
    Writing writing = open.get(upload);
    return writing == null ? BROKEN : writing.failure;
  }

  /** A message that names it is staged. */
  @Nullable StoredBlob keep(@Nullable Upload upload) {
    if (upload == null) {
      return null;
    }
    Writing writing = open.get(upload);
    if (writing == null || writing.failure != null) {
      throw new IllegalStateException("a message is staged whose parts are not stored");
    }
    writing.kept = true;
    return new StoredBlob(writing.id, writing.bytes, writing.parts);
  }

  /** What was to be decided of it is: it is kept, or dropped. */
  void finish(@Nullable Upload upload) {
    Writing writing = upload == null ? null : open.remove(upload);
    if (writing != null && !writing.kept) {
      drop(writing);
    }
  }

  private void drop(Writing writing) {
    if (writing.id != 0) {
      toDrop.add(writing.id);
      writing.id = 0;
    }
  }

  /** Deletes what has come to nothing. */
  void stageDrops() {
    toDrop.forEach(changes::dropBlob);
    toDrop.clear();
  }

  boolean hasDrops() {
    return !toDrop.isEmpty();
  }

  /**
   * The store has recovered, and with that forgotten what was being written.
   *
   * @param closed why nothing is stored at the moment; null: it is
   */
  void recovered(@Nullable NodeError closed) {
    toDrop.clear();
    for (Writing writing : open.values()) {
      writing.id = 0;
      if (writing.failure == null) {
        writing.failure = closed == null ? BROKEN : closed;
      }
    }
  }
}
