package dev.holdfast.storage.log;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredBlob;
import dev.holdfast.storage.StoredMessage;
import dev.holdfast.storage.index.ChunkLimits;
import dev.holdfast.storage.keys.ChunkIdentity;
import dev.holdfast.storage.keys.Sealer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and opens chunks. Any thread. */
final class ChunkReader {
  /** Number under which blobs have their key: a blob moves between logs, and no log has it. */
  static final int BLOB_LOG = Integer.MAX_VALUE;

  private final RowEngine engine;
  private final Sealer sealer;

  ChunkReader(RowEngine engine, Sealer sealer) {
    this.engine = engine;
    this.sealer = sealer;
  }

  List<StoredMessage> read(int logId, ChunkInfo chunk) throws StoreException {
    int total = ChunkLimits.plainBytes(chunk);
    int parts = ChunkLimits.parts(chunk);
    byte[] whole = new byte[0];
    int filled = 0;
    for (int i = 0; i < parts; i++) {
      long chunkId = chunk.chunkId() + i;
      byte[] value = get(logId, chunk, chunkId);
      if (value == null) {
        if (isGone(logId, chunk)) {
          return List.of();
        }
        throw ChunkCodec.corrupt(logId, chunk, "its body is missing");
      }
      byte[] plain = open(logId, chunk, chunkId, value);
      boolean continues = (value[1] & Sealer.CONTINUES) != 0;
      if (continues != (i < parts - 1) || filled + plain.length > total) {
        throw ChunkCodec.corrupt(logId, chunk, "its parts do not fit together");
      }
      if (parts == 1) {
        whole = plain;
      } else {
        if (i == 0) {
          whole = new byte[total];
        }
        System.arraycopy(plain, 0, whole, filled, plain.length);
      }
      filled += plain.length;
    }
    if (filled != total) {
      throw ChunkCodec.corrupt(logId, chunk, "it is shorter than the index says");
    }
    return ChunkCodec.decode(whole, logId, chunk);
  }

  /** One part of a blob; null when it is gone. */
  byte @Nullable [] readPart(StoredBlob blob, int part) throws StoreException {
    byte[] value = engine.get(RowFamily.BODY, Rows.chunkBody(blob.id() + part));
    if (value == null) {
      return null;
    }
    try {
      return sealer.openChunk(partIdentity(blob.id(), part), value);
    } catch (StoreException e) {
      throw new StoreException(
          e.reason(), "part " + part + " of blob " + blob.id() + ": " + e.getMessage(), e);
    }
  }

  /** What a part is sealed as: bound to its blob and its place in it, not to a log. */
  static ChunkIdentity partIdentity(long blobId, int part) {
    return new ChunkIdentity(BLOB_LOG, blobId + part, blobId, 0);
  }

  private byte @Nullable [] get(int logId, ChunkInfo chunk, long chunkId) throws StoreException {
    try {
      return engine.get(RowFamily.BODY, Rows.chunkBody(chunkId));
    } catch (StoreException e) {
      throw named(logId, chunk, e);
    }
  }

  private byte[] open(int logId, ChunkInfo chunk, long chunkId, byte[] value)
      throws StoreException {
    try {
      return sealer.openChunk(
          new ChunkIdentity(logId, chunkId, chunk.firstSequence(), chunk.count()), value);
    } catch (StoreException e) {
      throw named(logId, chunk, e);
    }
  }

  private static StoreException named(int logId, ChunkInfo chunk, StoreException e) {
    return e.reason() == StoreException.Reason.CORRUPT
        ? ChunkCodec.corrupt(logId, chunk, String.valueOf(e.getMessage()))
        : e;
  }

  /** Body and list row go in one batch: without the list row the chunk was deleted, not lost. */
  private boolean isGone(int logId, ChunkInfo chunk) throws StoreException {
    byte[] key = Rows.chunk(logId, chunk.firstSequence());
    byte[] row = engine.get(RowFamily.IDX, key);
    return row == null || Rows.chunkOf(key, row).chunkId() != chunk.chunkId();
  }
}
