package dev.holdfast.storage.log;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredBlob;
import dev.holdfast.storage.StoredMessage;
import dev.holdfast.storage.StoredTimer;
import dev.holdfast.storage.index.AckState;
import dev.holdfast.storage.index.BatchOperations;
import dev.holdfast.storage.index.ChunkLimits;
import dev.holdfast.storage.index.IndexSink;
import dev.holdfast.storage.keys.ChunkIdentity;
import dev.holdfast.storage.keys.Sealer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a batch changes into rows. A chunk is sealed only at the end, when it is known whether
 * it outlives the batch that appended it. Owner thread.
 */
final class RowWriter implements IndexSink {
  private static final int SEALED_BYTES =
      ChunkLimits.MAX_BYTES + Sealer.HEADER_BYTES + Sealer.TAG_BYTES;

  private final RowBatch rows;
  private final Sealer sealer;
  private final IdempotencyRows idempotency;
  private final TimerRows timers;
  private final ChunkReader reader;
  private final ChunkCodec codec = new ChunkCodec();
  private final List<Born> born = new ArrayList<>();
  private byte[] sealed = new byte[SEALED_BYTES];
  private @Nullable BatchOperations batch;
  private long deadBytes;

  private static final class Born {
    final int logId;
    final ChunkInfo chunk;
    final int firstOperation;
    boolean dead;

    Born(int logId, ChunkInfo chunk, int firstOperation) {
      this.logId = logId;
      this.chunk = chunk;
      this.firstOperation = firstOperation;
    }
  }

  RowWriter(
      RowBatch rows,
      Sealer sealer,
      IdempotencyRows idempotency,
      TimerRows timers,
      ChunkReader reader) {
    this.rows = rows;
    this.sealer = sealer;
    this.idempotency = idempotency;
    this.timers = timers;
    this.reader = reader;
  }

  /** Starts over with an empty batch whose first row is the commit row. */
  void begin(BatchOperations operations, byte[] commitRow) {
    batch = operations;
    born.clear();
    rows.clear();
    rows.put(RowFamily.META, Rows.COMMIT, commitRow);
  }

  /** Seals and adds the chunks that are still alive. */
  void finish() throws StoreException {
    BatchOperations operations = operations();
    for (Born one : born) {
      if (!one.dead) {
        int length = codec.encode(operations, one.firstOperation, one.logId, one.chunk);
        putParts(one.logId, one.chunk, length);
        rows.put(
            RowFamily.IDX,
            Rows.chunk(one.logId, one.chunk.firstSequence()),
            Rows.chunkValue(one.chunk));
      }
    }
    codec.shrink();
    if (sealed.length > ChunkLimits.MAX_PART_BYTES / 4) {
      sealed = new byte[SEALED_BYTES];
    }
    born.clear();
    batch = null;
  }

  /** Bytes of chunks that died since the last call. */
  long takeDeadBytes() {
    long taken = deadBytes;
    deadBytes = 0;
    return taken;
  }

  private void putParts(int logId, ChunkInfo chunk, int length) throws StoreException {
    int needed =
        Math.min(length, ChunkLimits.MAX_PART_BYTES) + Sealer.HEADER_BYTES + Sealer.TAG_BYTES;
    if (sealed.length < needed) {
      sealed = new byte[needed];
    }
    long chunkId = chunk.chunkId();
    for (int offset = 0; offset < length; offset += ChunkLimits.MAX_PART_BYTES, chunkId++) {
      int part = Math.min(length - offset, ChunkLimits.MAX_PART_BYTES);
      byte flags = offset + part < length ? Sealer.CONTINUES : 0;
      int stored =
          sealer.sealChunk(
              new ChunkIdentity(logId, chunkId, chunk.firstSequence(), chunk.count()),
              flags,
              new Sealer.Slice(codec.plain(), offset, part),
              sealed);
      rows.put(RowFamily.BODY, Rows.chunkBody(chunkId), sealed, stored);
    }
  }

  @Override
  public void logCreated(int logId) throws StoreException {
    // Its key must be on disk before anything sealed with it; its bounds are named at the end.
    sealer.prepareLog(logId);
  }

  @Override
  public void logBounds(int logId, long floor, long nextSequence) {
    rows.put(RowFamily.IDX, Rows.log(logId), Rows.bounds(floor, nextSequence));
  }

  @Override
  public void logDropped(int logId) {
    rows.delete(RowFamily.IDX, Rows.log(logId));
  }

  @Override
  public void nextLogId(int id) {
    rows.put(RowFamily.META, Rows.NEXT_LOG_ID, Rows.int32(id));
  }

  @Override
  public void chunkBorn(int logId, ChunkInfo chunk, int firstOperation) {
    born.add(new Born(logId, chunk, firstOperation));
  }

  @Override
  public void chunkDied(int logId, ChunkInfo chunk) {
    Born ours = bornAs(chunk.chunkId());
    if (ours != null) {
      ours.dead = true;
      return;
    }
    int parts = ChunkLimits.parts(chunk);
    for (int i = 0; i < parts; i++) {
      rows.singleDelete(RowFamily.BODY, Rows.chunkBody(chunk.chunkId() + i));
    }
    rows.singleDelete(RowFamily.IDX, Rows.chunk(logId, chunk.firstSequence()));
    deadBytes += ChunkLimits.plainBytes(chunk.count(), chunk.bytes());
  }

  @Override
  public void blobPart(long blobId, int part, byte[] bytes) throws StoreException {
    sealer.prepareLog(ChunkReader.BLOB_LOG);
    int needed = bytes.length + Sealer.HEADER_BYTES + Sealer.TAG_BYTES;
    if (sealed.length < needed) {
      sealed = new byte[needed];
    }
    int stored =
        sealer.sealChunk(
            ChunkReader.partIdentity(blobId, part),
            (byte) 0,
            new Sealer.Slice(bytes, 0, bytes.length),
            sealed);
    rows.put(RowFamily.BODY, Rows.chunkBody(blobId + part), sealed, stored);
  }

  @Override
  public void blobInMaking(long blobId, int parts) {
    rows.put(RowFamily.IDX, Rows.blobInMaking(blobId), Rows.int32(parts));
  }

  @Override
  public void blobNotInMaking(long blobId) {
    rows.delete(RowFamily.IDX, Rows.blobInMaking(blobId));
  }

  @Override
  public void blobGone(long blobId, int parts) {
    for (int i = 0; i < parts; i++) {
      rows.singleDelete(RowFamily.BODY, Rows.chunkBody(blobId + i));
    }
  }

  /** Deletes what nobody will finish. */
  static void deleteOrphans(RowBatch rows, List<StoredBlob> orphans) {
    for (StoredBlob orphan : orphans) {
      for (int i = 0; i < orphan.parts(); i++) {
        rows.singleDelete(RowFamily.BODY, Rows.chunkBody(orphan.id() + i));
      }
      rows.delete(RowFamily.IDX, Rows.blobInMaking(orphan.id()));
    }
  }

  @Override
  public void deadRun(int logId, long firstSequence, long endSequence) {
    rows.put(RowFamily.IDX, Rows.deadRun(logId, firstSequence), Rows.number(endSequence));
  }

  @Override
  public void deadRunGone(int logId, long firstSequence) {
    rows.delete(RowFamily.IDX, Rows.deadRun(logId, firstSequence));
  }

  @Override
  public void cursorFloor(int logId, int cursorId, long floor) {
    rows.put(RowFamily.IDX, Rows.cursor(logId, cursorId), Rows.number(floor));
  }

  @Override
  public void cursorDropped(int logId, int cursorId) {
    rows.delete(RowFamily.IDX, Rows.cursor(logId, cursorId));
  }

  @Override
  public void ackState(int logId, int cursorId, AckState state) {
    rows.put(
        RowFamily.IDX,
        Rows.ackState(logId, cursorId, state.firstSequence()),
        Rows.ackStateValue(state));
  }

  @Override
  public void ackStateGone(int logId, int cursorId, long firstSequence) {
    rows.delete(RowFamily.IDX, Rows.ackState(logId, cursorId, firstSequence));
  }

  @Override
  public void definition(String key, byte[] value) throws StoreException {
    byte[] row = definitionRow(key);
    rows.put(RowFamily.META, row, sealer.sealRow(row, Rows.definitionValue(key, value)));
  }

  @Override
  public void definitionGone(String key) {
    rows.delete(RowFamily.META, definitionRow(key));
  }

  @Override
  public void timer(StoredTimer timer) throws StoreException {
    timers.put(rows, timer);
  }

  @Override
  public void timerGone(StoredTimer timer) {
    timers.delete(rows, timer);
  }

  @Override
  public void remember(BatchOperations.Remembered remembered) {
    idempotency.put(rows, remembered);
  }

  @Override
  public void forgetKey(BatchOperations.Remembered remembered) {
    idempotency.delete(rows, remembered);
  }

  @Override
  public void forgetKeyWholly(int nodeId, byte[] key) {
    idempotency.deleteWholly(rows, nodeId, key);
  }

  @Override
  public void forgetKeys(long nowMs) {
    idempotency.forget(rows, nowMs);
  }

  @Override
  public long bytesBelow(int logId, ChunkInfo chunk, long sequence) throws StoreException {
    Born ours = bornAs(chunk.chunkId());
    long sum = 0;
    if (ours != null) {
      BatchOperations operations = operations();
      for (int at = ours.firstOperation; at >= 0; at = operations.nextInChunk(at)) {
        StoredMessage message = operations.message(at);
        sum += message.sequence() < sequence ? message.bytes() : 0;
      }
      return sum;
    }
    for (StoredMessage message : reader.read(logId, chunk)) {
      sum += message.sequence() < sequence ? message.bytes() : 0;
    }
    return sum;
  }

  private byte[] definitionRow(String key) {
    return Rows.definition(
        sealer.fingerprint(Sealer.Purpose.DEFINITION, key.getBytes(StandardCharsets.UTF_8)));
  }

  /** The chunk of this batch with that id, if it is of this batch: ids only ever grow. */
  private @Nullable Born bornAs(long chunkId) {
    int low = 0;
    int high = born.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long id = born.get(middle).chunk.chunkId();
      if (id == chunkId) {
        return born.get(middle);
      } else if (id < chunkId) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  private BatchOperations operations() {
    if (batch == null) {
      throw new IllegalStateException("no batch is being written");
    }
    return batch;
  }
}
