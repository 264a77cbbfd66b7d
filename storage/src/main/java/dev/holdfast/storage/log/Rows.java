package dev.holdfast.storage.log;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredBlob;
import dev.holdfast.storage.index.AckState;
import dev.holdfast.storage.index.AckState.ChunkPosition;
import dev.holdfast.storage.index.ChunkLimits;
import dev.holdfast.storage.index.HistoryTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Byte layout of every row but chunks' bodies, format version {@value #FORMAT_VERSION}; all numbers
 * big-endian.
 *
 * <pre>
 * idx   'L' logId u32                          → floor u64, next sequence u64
 *       'U' logId u32, cursorId u32            → floor u64
 *       'C' logId u32, firstSeq u64            → chunkId u64, count u16, bytes u32, minExpiryMs u64
 *                                              [, blobId u64, bytes u64, parts u32]
 *       'B' blobId u64                         → parts u32    (blob that no chunk names yet)
 *       'D' logId u32, firstSeq u64            → endSeq u64                 (run of dead chunks)
 *       'A' logId u32, cursorId u32, firstSeq u64
 *             → u8 1, acknowledged bytes u32, bitmap
 *             → u8 2                                                        (all acknowledged)
 *             → u8 4, acknowledged bytes u32, n u16, n × {index u16, failures u16, notBeforeMs u64,
 *               first failed u64, last failed u64}, bitmap                  (u8 3: without failed)
 * timer dueMs u64, kind u8, logId u32, seq u64 → sealed value, or nothing
 * dedup width u8, bucket u32, nodeId u32, hash 16
 *                                              → seq u64, masked digest u64, storedMs u64
 * meta  'c'                                    → commit u64, durable commit u64, next chunk id u64
 *       's' session u32                        → salt 16
 *       'i'                                    → next log id u32
 *       'd' fingerprint 16                     → sealed {keyLength u16, key, value}
 * </pre>
 *
 * <p>Changing the format: a reader of version n reads n - 1 and writes n only after an upgrade that
 * raises the version in the format file in the same commit as its last row; a version unknown to
 * the reader is refused before anything is touched. New kinds of rows get a new letter.
 */
public final class Rows {
  /** Version of everything in this class and of chunks. */
  public static final int FORMAT_VERSION = 1;

  /** Key of the row that is the first of every batch, in family meta. */
  static final byte[] COMMIT = {'c'};

  /** Key of the row that is the first of every batch, in family meta. */
  public static byte[] commitKey() {
    return COMMIT.clone();
  }

  static final byte[] NEXT_LOG_ID = {'i'};

  private static final int CHUNK_BYTES = 22;
  private static final byte BITMAP = 1;
  private static final byte COMPLETE = 2;
  private static final byte BITMAP_AND_SHORT_HISTORIES = 3;
  private static final byte BITMAP_AND_HISTORIES = 4;
  private static final int SHORT_HISTORY_BYTES = 12;
  private static final int HISTORY_BYTES = 28;

  private Rows() {}

  /** First key of an idx or meta row kind. */
  static byte[] kind(char kind) {
    return new byte[] {(byte) kind};
  }

  /** The key after every key of a row kind. */
  static byte[] afterKind(char kind) {
    return new byte[] {(byte) (kind + 1)};
  }

  static byte[] chunkBody(long chunkId) {
    return ByteBuffer.allocate(8).putLong(chunkId).array();
  }

  static byte[] log(int logId) {
    return ByteBuffer.allocate(5).put((byte) 'L').putInt(logId).array();
  }

  static byte[] bounds(long floor, long next) {
    return ByteBuffer.allocate(16).putLong(floor).putLong(next).array();
  }

  static byte[] cursor(int logId, int cursorId) {
    return ByteBuffer.allocate(9).put((byte) 'U').putInt(logId).putInt(cursorId).array();
  }

  static byte[] number(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  static byte[] int32(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  static byte[] chunk(int logId, long first) {
    return sequenceRow('C', logId, first);
  }

  static byte[] deadRun(int logId, long first) {
    return sequenceRow('D', logId, first);
  }

  static byte[] chunkValue(ChunkInfo chunk) {
    StoredBlob blob = chunk.blob();
    ByteBuffer out =
        ByteBuffer.allocate(CHUNK_BYTES + (blob == null ? 0 : ChunkLimits.BLOB_BYTES))
            .putLong(chunk.chunkId())
            .putShort((short) chunk.count())
            .putInt((int) chunk.bytes())
            .putLong(chunk.minExpiryMs());
    if (blob != null) {
      putBlob(out, blob);
    }
    return out.array();
  }

  static void putBlob(ByteBuffer out, StoredBlob blob) {
    out.putLong(blob.id()).putLong(blob.bytes()).putInt(blob.parts());
  }

  static StoredBlob blobOf(ByteBuffer in) {
    return new StoredBlob(in.getLong(), in.getLong(), in.getInt());
  }

  static byte[] blobInMaking(long blobId) {
    return ByteBuffer.allocate(9).put((byte) 'B').putLong(blobId).array();
  }

  static ChunkInfo chunkOf(byte[] key, byte[] value) throws StoreException {
    boolean named = value.length == CHUNK_BYTES + ChunkLimits.BLOB_BYTES;
    ByteBuffer in = sized("chunk", value, named ? value.length : CHUNK_BYTES);
    long first = ByteBuffer.wrap(key).getLong(5);
    return new ChunkInfo(
        in.getLong(),
        first,
        Short.toUnsignedInt(in.getShort()),
        Integer.toUnsignedLong(in.getInt()),
        in.getLong(),
        named ? blobOf(in) : null);
  }

  static byte[] ackState(int logId, int cursorId, long first) {
    return ByteBuffer.allocate(17)
        .put((byte) 'A')
        .putInt(logId)
        .putInt(cursorId)
        .putLong(first)
        .array();
  }

  static byte[] ackStateValue(AckState state) {
    if (state.complete()) {
      return new byte[] {COMPLETE};
    }
    byte[] bitmap = state.bitmap();
    HistoryTable histories = state.histories();
    int length = 5 + bitmap.length + (histories == null ? 0 : 2 + HISTORY_BYTES * histories.size());
    ByteBuffer out = ByteBuffer.allocate(length);
    out.put(histories == null ? BITMAP : BITMAP_AND_HISTORIES);
    out.putInt((int) state.acknowledgedBytes());
    if (histories != null) {
      out.putShort((short) histories.size());
      for (int i = 0; i < histories.size(); i++) {
        DeliveryHistory history = histories.at(i);
        out.putShort((short) histories.indexAt(i))
            .putShort((short) history.failures())
            .putLong(history.notBeforeMs())
            .putLong(history.firstFailedMs())
            .putLong(history.lastFailedMs());
      }
    }
    return out.put(bitmap).array();
  }

  static AckState ackStateOf(ChunkPosition chunk, byte[] value) throws StoreException {
    ByteBuffer in = ByteBuffer.wrap(value);
    byte format = in.hasRemaining() ? in.get() : 0;
    if (format == COMPLETE) {
      return AckState.restoreComplete(chunk);
    }
    int bitmapBytes = (chunk.count() + 7) >>> 3;
    int historyBytes =
        switch (format) {
          case BITMAP -> 0;
          case BITMAP_AND_SHORT_HISTORIES -> SHORT_HISTORY_BYTES;
          case BITMAP_AND_HISTORIES -> HISTORY_BYTES;
          default -> -1;
        };
    if (historyBytes < 0 || in.remaining() < (historyBytes == 0 ? 5 : 7)) {
      throw damagedState(chunk);
    }
    long bytes = Integer.toUnsignedLong(in.getInt());
    int n = historyBytes == 0 ? 0 : Short.toUnsignedInt(in.getShort());
    if (in.remaining() != n * historyBytes + bitmapBytes) {
      throw damagedState(chunk);
    }
    HistoryTable histories = n == 0 ? null : new HistoryTable();
    for (int i = 0; i < n && histories != null; i++) {
      int index = Short.toUnsignedInt(in.getShort());
      int failures = Short.toUnsignedInt(in.getShort());
      long notBefore = in.getLong();
      boolean times = historyBytes == HISTORY_BYTES;
      histories.put(
          index,
          new DeliveryHistory(
              failures, notBefore, times ? in.getLong() : 0, times ? in.getLong() : 0));
    }
    byte[] bitmap = new byte[bitmapBytes];
    in.get(bitmap);
    return AckState.restore(chunk, bitmap, bytes, histories);
  }

  private static StoreException damagedState(ChunkPosition chunk) {
    return damaged("acknowledgements of the chunk at sequence " + chunk.firstSequence());
  }

  static byte[] session(int sessionId) {
    return ByteBuffer.allocate(5).put((byte) 's').putInt(sessionId).array();
  }

  static byte[] definition(byte[] fingerprint) {
    return ByteBuffer.allocate(17).put((byte) 'd').put(fingerprint, 0, 16).array();
  }

  static byte[] definitionValue(String key, byte[] value) {
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(2 + name.length + value.length)
        .putShort((short) name.length)
        .put(name)
        .put(value)
        .array();
  }

  static byte[] commit(long commit, long durable, long nextChunkId) {
    return ByteBuffer.allocate(24).putLong(commit).putLong(durable).putLong(nextChunkId).array();
  }

  static byte[] timer(long dueMs, byte kind, int logId, long sequence) {
    return ByteBuffer.allocate(21).putLong(dueMs).put(kind).putInt(logId).putLong(sequence).array();
  }

  static byte[] dedupBucket(int width, int bucket) {
    return ByteBuffer.allocate(5).put((byte) width).putInt(bucket).array();
  }

  static byte[] dedup(byte[] bucket, int nodeId, byte[] fingerprint) {
    return ByteBuffer.allocate(25).put(bucket).putInt(nodeId).put(fingerprint, 0, 16).array();
  }

  /** The row's value, which must have this length. */
  static ByteBuffer sized(String what, byte[] value, int length) throws StoreException {
    if (value.length != length) {
      throw damaged(what);
    }
    return ByteBuffer.wrap(value);
  }

  static StoreException damaged(String what) {
    return new StoreException(
        StoreException.Reason.CORRUPT,
        "the index is damaged: row of "
            + what
            + " cannot be read. Restore the data directory"
            + " from a backup.");
  }

  private static byte[] sequenceRow(char kind, int logId, long first) {
    return ByteBuffer.allocate(13).put((byte) kind).putInt(logId).putLong(first).array();
  }
}
