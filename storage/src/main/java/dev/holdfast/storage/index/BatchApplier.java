package dev.holdfast.storage.index;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredMessage;
import dev.holdfast.storage.StoredTimer;
import org.jspecify.annotations.Nullable;

/**
 * Applies a batch to the index and says, through an {@link IndexSink}, which rows change. Rows that
 * a batch touches often (a log's bounds, a chunk's acknowledgements) are named once, at the end.
 *
 * <p>A mistake of the caller (a wrong sequence, an acknowledgement given twice) throws an unchecked
 * exception and leaves the index half changed: it must be rebuilt, as after a failed commit.
 */
public final class BatchApplier {
  private final StoreIndex index;

  // Owner thread, valid during apply() only.
  private final TouchedRows touched = new TouchedRows();
  private @Nullable IndexSink sink;

  /** Changes this index. */
  public BatchApplier(StoreIndex index) {
    this.index = index;
  }

  /** Applies all operations in order. */
  public void apply(BatchOperations operations, IndexSink rows) throws StoreException {
    sink = rows;
    touched.clear();
    for (int i = 0; i < operations.size(); i++) {
      applyOne(operations, i, rows);
    }
    for (LogIndex log : touched.logs()) {
      cut(log);
    }
    touched.name(rows);
    touched.clear();
    index.blobs().name(rows);
  }

  private void applyOne(BatchOperations ops, int i, IndexSink rows) throws StoreException {
    switch (ops.kind(i)) {
      case APPEND -> append(index.requireLog(ops.logId(i)), ops, i);
      case PUT_BLOB_PART ->
          index.blobs().put(ops.sequence(i), ops.cursorId(i), (byte[]) ops.payload(i), rows);
      case DROP_BLOB -> index.blobs().drop(ops.sequence(i));
      case ACKNOWLEDGE -> acknowledge(ops, i);
      case CREATE_LOG -> createLog(ops.logId(i), rows);
      case DROP_LOG -> dropLog(ops.logId(i), rows);
      case CREATE_CURSOR -> createCursor(ops, i, rows);
      case DROP_CURSOR -> dropCursor(ops.logId(i), ops.cursorId(i), rows);
      case PURGE -> purge(ops, i);
      case RECORD_HISTORY -> recordHistory(ops, i);
      case PUT_DEFINITION -> {
        BatchOperations.Definition definition = (BatchOperations.Definition) ops.payload(i);
        index.mutableDefinitions().put(definition.key(), definition.value());
        rows.definition(definition.key(), definition.value());
      }
      case DELETE_DEFINITION -> {
        if (index.mutableDefinitions().remove((String) ops.payload(i)) != null) {
          rows.definitionGone((String) ops.payload(i));
        }
      }
      case PUT_TIMER -> rows.timer((StoredTimer) ops.payload(i));
      case DELETE_TIMER -> rows.timerGone((StoredTimer) ops.payload(i));
      case REMEMBER -> rows.remember((BatchOperations.Remembered) ops.payload(i));
      case FORGET_KEY -> rows.forgetKey((BatchOperations.Remembered) ops.payload(i));
      case FORGET_KEY_WHOLLY -> rows.forgetKeyWholly(ops.logId(i), (byte[]) ops.payload(i));
      case FORGET -> rows.forgetKeys(ops.number(i));
    }
  }

  private void append(LogIndex log, BatchOperations ops, int operation) {
    if (ops.sequence(operation) != log.nextSequence()) {
      throw new IllegalStateException(
          "log "
              + log.id()
              + " appends "
              + ops.sequence(operation)
              + " but its next sequence is "
              + log.nextSequence());
    }
    StoredMessage message = ops.message(operation);
    LogIndex.PendingChunk pending = log.pending;
    long bytes = pending.bytes + message.bytes();
    if (pending.count == ChunkLimits.MAX_MESSAGES
        || message.blob() != null
        || (pending.count > 0
            && ChunkLimits.plainBytes(pending.count + 1, bytes) > ChunkLimits.MAX_BYTES)) {
      cut(log);
      bytes = message.bytes();
    }
    if (pending.count == 0) {
      touched.add(log);
      pending.firstOperation = operation;
      pending.minExpiryMs = 0;
    } else {
      ops.link(pending.lastOperation, operation);
    }
    pending.lastOperation = operation;
    pending.count++;
    pending.bytes = bytes;
    if (message.expiryMs() != 0
        && (pending.minExpiryMs == 0 || message.expiryMs() < pending.minExpiryMs)) {
      pending.minExpiryMs = message.expiryMs();
    }
    log.setNext(message.sequence() + 1);
    if (message.blob() != null) {
      pending.blob = message.blob();
      cut(log);
    }
  }

  /** Makes the log's waiting appends a chunk. */
  private void cut(LogIndex log) {
    LogIndex.PendingChunk pending = log.pending;
    if (pending.count == 0) {
      return;
    }
    long chunkId = index.nextChunkId();
    ChunkInfo chunk =
        new ChunkInfo(
            chunkId,
            log.nextSequence() - pending.count,
            pending.count,
            pending.bytes,
            pending.minExpiryMs,
            pending.blob);
    index.raiseNextChunkId(chunkId + ChunkLimits.parts(chunk));
    index.blobs().retain(chunk.blob());
    log.addChunk(chunk);
    for (CursorIndex cursor : log.cursors().values()) {
      cursor.count(chunk.count(), chunk.bytes());
    }
    sink().chunkBorn(log.id(), chunk, pending.firstOperation);
    pending.count = 0;
    pending.bytes = 0;
    pending.blob = null;
  }

  private void acknowledge(BatchOperations ops, int operation) {
    LogIndex log = index.requireLog(ops.logId(operation));
    CursorIndex cursor = log.requireCursor(ops.cursorId(operation));
    long sequence = ops.sequence(operation);
    int slot = slotOf(log, sequence);
    long first = log.chunks().first(slot);
    int position = (int) (sequence - first);
    AckState state = cursor.stateFor(first, log.chunks().count(slot));
    if (sequence < cursor.floor() || state.isAcknowledged(position)) {
      throw new IllegalStateException(
          "log " + log.id() + " cursor " + cursor.id() + " acknowledges " + sequence + " twice");
    }
    int bytes = (int) ops.number(operation);
    state.acknowledge(position, bytes);
    cursor.count(-1, -bytes);
    touched.add(log, cursor, state);
    if (state.complete()) {
      consumed(log, cursor, slot);
    }
  }

  /** The slot that holds a live sequence, cutting the log's waiting appends when it is there. */
  private int slotOf(LogIndex log, long sequence) {
    if (log.pending.count > 0 && sequence >= log.nextSequence() - log.pending.count) {
      cut(log);
    }
    int slot = log.chunks().slotOf(sequence);
    if (slot < 0) {
      throw new IllegalStateException("log " + log.id() + " holds no message " + sequence);
    }
    return slot;
  }

  /** A cursor is done with a chunk: either nobody waits for it any more, or its floor may move. */
  private void consumed(LogIndex log, CursorIndex cursor, int slot) {
    if (diesIfConsumed(log, slot)) {
      return;
    }
    ChunkTable chunks = log.chunks();
    int at = chunks.slotAtOrAfter(cursor.floor());
    while (at >= 0) {
      AckState state = cursor.state(chunks.first(at));
      if (state == null || !state.complete()) {
        return;
      }
      forget(log, cursor, chunks.first(at));
      int following = chunks.nextLive(at + 1);
      cursor.moveFloor(following < 0 ? chunks.end(at) : chunks.first(following));
      touched.addFloor(log, cursor);
      touched.add(log);
      at = following;
    }
  }

  private boolean diesIfConsumed(LogIndex log, int slot) {
    ChunkTable chunks = log.chunks();
    long first = chunks.first(slot);
    long end = chunks.end(slot);
    if (!log.consumedByAll(first, end)) {
      return false;
    }
    ChunkInfo chunk = chunks.info(slot);
    for (CursorIndex cursor : log.cursors().values()) {
      forget(log, cursor, first);
    }
    log.removeChunk(slot, sink());
    index.blobs().release(chunk.blob());
    sink().chunkDied(log.id(), chunk);
    touched.add(log);
    return true;
  }

  private void forget(LogIndex log, CursorIndex cursor, long chunkFirst) {
    AckState state = cursor.removeState(chunkFirst);
    if (state != null) {
      state.dirty = false;
      if (state.persisted) {
        sink().ackStateGone(log.id(), cursor.id(), chunkFirst);
      }
    }
  }

  private void createLog(int logId, IndexSink rows) throws StoreException {
    if (logId < index.nextLogId()) {
      throw new IllegalStateException(
          "log id " + logId + " was given before; the next free one is " + index.nextLogId());
    }
    LogIndex log = new LogIndex(logId, 1, 1);
    index.addLog(log);
    index.raiseNextLogId(logId + 1);
    rows.logCreated(logId);
    rows.nextLogId(logId + 1);
    touched.add(log);
  }

  private void dropLog(int logId, IndexSink rows) {
    LogIndex log = index.requireLog(logId);
    cut(log);
    for (CursorIndex cursor : log.cursors().values()) {
      dropStates(log, cursor, rows);
      rows.cursorDropped(logId, cursor.id());
    }
    ChunkTable chunks = log.chunks();
    for (int at = chunks.nextLive(0); at >= 0; at = chunks.nextLive(at + 1)) {
      rows.chunkDied(logId, chunks.info(at));
      index.blobs().release(chunks.info(at).blob());
    }
    for (long first : log.deadRuns().keySet()) {
      rows.deadRunGone(logId, first);
    }
    log.dropped = true;
    index.removeLog(logId);
    rows.logDropped(logId);
  }

  private static void dropStates(LogIndex log, CursorIndex cursor, IndexSink rows) {
    for (AckState state : cursor.states()) {
      state.dirty = false;
      if (state.persisted) {
        rows.ackStateGone(log.id(), cursor.id(), state.firstSequence());
      }
    }
  }

  private void createCursor(BatchOperations ops, int operation, IndexSink rows)
      throws StoreException {
    LogIndex log = index.requireLog(ops.logId(operation));
    int cursorId = ops.cursorId(operation);
    long start = ops.sequence(operation);
    cut(log);
    if (log.cursors().containsKey(cursorId) || start < 1 || start > log.nextSequence()) {
      throw new IllegalStateException(
          "log "
              + log.id()
              + " cannot have cursor "
              + cursorId
              + " at "
              + start
              + ": the id is taken, or the start is not in 1.."
              + log.nextSequence());
    }
    CursorIndex cursor = new CursorIndex(log, cursorId, Math.max(start, log.firstSequence()));
    ChunkTable chunks = log.chunks();
    for (int at = chunks.slotAtOrAfter(start); at >= 0; at = chunks.nextLive(at + 1)) {
      cursor.count(chunks.count(at), chunks.bytes(at));
      if (chunks.first(at) < start) {
        int below = (int) (start - chunks.first(at));
        long bytes = rows.bytesBelow(log.id(), chunks.info(at), start);
        AckState state = cursor.stateFor(chunks.first(at), chunks.count(at));
        state.acknowledgeBelow(below, bytes);
        cursor.count(-below, -bytes);
        touched.add(log, cursor, state);
      }
    }
    log.cursors().put(cursorId, cursor);
    touched.addFloor(log, cursor);
    touched.add(log);
  }

  private void dropCursor(int logId, int cursorId, IndexSink rows) {
    LogIndex log = index.requireLog(logId);
    cut(log);
    CursorIndex cursor = log.requireCursor(cursorId);
    dropStates(log, cursor, rows);
    log.removeCursor(cursorId);
    rows.cursorDropped(logId, cursorId);
    for (long at = log.firstSequence(); at < log.nextSequence(); ) {
      int slot = log.chunks().slotAtOrAfter(at);
      if (slot < 0) {
        break;
      }
      at = log.chunks().end(slot);
      diesIfConsumed(log, slot);
    }
  }

  private void purge(BatchOperations ops, int operation) {
    LogIndex log = index.requireLog(ops.logId(operation));
    cut(log);
    CursorIndex cursor = log.requireCursor(ops.cursorId(operation));
    long from = ops.sequence(operation);
    long to = (Long) ops.payload(operation);
    for (long at = Math.max(cursor.floor(), from); at < log.nextSequence(); ) {
      int slot = log.chunks().slotAtOrAfter(at);
      if (slot < 0 || log.chunks().first(slot) >= to) {
        break;
      }
      long end = log.chunks().end(slot);
      if (log.chunks().first(slot) >= from) {
        purgeChunk(log, cursor, slot);
      }
      // The floor may have gone on over chunks that were consumed before: they are done with.
      at = Math.max(end, cursor.floor());
    }
  }

  private void purgeChunk(LogIndex log, CursorIndex cursor, int slot) {
    AckState state = cursor.stateFor(log.chunks().first(slot), log.chunks().count(slot));
    if (!state.complete()) {
      cursor.count(
          state.acknowledged() - state.count(),
          state.acknowledgedBytes() - log.chunks().bytes(slot));
      state.acknowledgeAll();
      touched.add(log, cursor, state);
      consumed(log, cursor, slot);
    }
  }

  private void recordHistory(BatchOperations ops, int operation) {
    LogIndex log = index.requireLog(ops.logId(operation));
    CursorIndex cursor = log.requireCursor(ops.cursorId(operation));
    long sequence = ops.sequence(operation);
    int slot = slotOf(log, sequence);
    if (cursor.acknowledged(sequence)) {
      throw new IllegalStateException(
          "log " + log.id() + " cursor " + cursor.id() + " has acknowledged " + sequence);
    }
    long first = log.chunks().first(slot);
    AckState state = cursor.stateFor(first, log.chunks().count(slot));
    state.putHistory((int) (sequence - first), (DeliveryHistory) ops.payload(operation));
    touched.add(log, cursor, state);
  }

  private IndexSink sink() {
    if (sink == null) {
      throw new IllegalStateException("no batch is being applied");
    }
    return sink;
  }
}
