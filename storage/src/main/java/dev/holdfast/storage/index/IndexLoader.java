package dev.holdfast.storage.index;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredBlob;
import java.util.Map;

/**
 * Fills an empty index from what is on disk and checks that it fits together: per log, chunks and
 * dead runs must lead from its floor to its next sequence without gap or overlap. That is how a row
 * that was lost is noticed; a checksum cannot notice it.
 *
 * <p>Call in this order: logs, cursors, chunks and dead runs (each in key order), states, {@link
 * #finish()}.
 */
public final class IndexLoader {
  private final StoreIndex index;

  /** Clears the index and fills it anew. */
  public IndexLoader(StoreIndex index) {
    this.index = index;
    index.clear();
  }

  /** Ids below were given. */
  public void nextLogId(int id) {
    index.raiseNextLogId(id);
  }

  /** A definition. */
  public void definition(String key, byte[] value) {
    index.mutableDefinitions().put(key, value);
  }

  /** A log and its bounds. */
  public void log(int logId, long floor, long next) throws StoreException {
    if (logId < 1 || floor < 1 || next < floor) {
      throw corrupt("log " + logId + " has impossible bounds " + floor + " to " + next);
    }
    index.addLog(new LogIndex(logId, floor, next));
    index.raiseNextLogId(logId + 1);
  }

  /** A cursor. */
  public void cursor(int logId, int cursorId, long floor) throws StoreException {
    LogIndex log = known(logId, "cursor " + cursorId);
    log.cursors()
        .put(cursorId, new CursorIndex(log, cursorId, Math.max(floor, log.firstSequence())));
  }

  /** A live chunk. */
  public void chunk(int logId, ChunkInfo chunk) throws StoreException {
    LogIndex log = known(logId, "chunk " + chunk.chunkId());
    ChunkTable chunks = log.chunks();
    if (chunk.count() < 1
        || (!chunks.isEmpty() && chunks.end(chunks.tailSlot() - 1) > chunk.firstSequence())) {
      throw corrupt(
          "log "
              + logId
              + ": the chunk of sequences "
              + chunk.firstSequence()
              + " to "
              + (chunk.endSequence() - 1)
              + " overlaps another one");
    }
    log.addChunk(chunk);
    index.blobs().restore(chunk.blob());
    index.raiseNextChunkId(chunk.chunkId() + ChunkLimits.parts(chunk));
  }

  /** A blob that no chunk names. */
  public void orphan(StoredBlob blob) {
    index.blobs().orphan(blob);
  }

  /** A run of chunks that died while an older one lives. */
  public void deadRun(int logId, long first, long end) throws StoreException {
    known(logId, "dead run at " + first).deadRuns().put(first, end);
  }

  /** How many messages the chunk that starts at {@code first} holds. */
  public int chunkCount(int logId, long first) throws StoreException {
    LogIndex log = known(logId, "acknowledgements at " + first);
    int slot = log.chunks().slotOf(first);
    if (slot < 0 || log.chunks().first(slot) != first) {
      throw corrupt(
          "log "
              + logId
              + " has acknowledgements for a chunk at sequence "
              + first
              + " that does not exist");
    }
    return log.chunks().count(slot);
  }

  /** What a cursor has consumed of a chunk. */
  public void state(int logId, int cursorId, AckState state) throws StoreException {
    CursorIndex cursor = known(logId, "acknowledgements").cursors().get(cursorId);
    if (cursor == null) {
      throw corrupt(
          "log "
              + logId
              + " has acknowledgements of a cursor "
              + cursorId
              + " that does not exist");
    }
    state.persisted = true;
    cursor.put(state);
  }

  /** Checks every log's chain and counts what each cursor still has. */
  public void finish() throws StoreException {
    for (LogIndex log : index.allLogs()) {
      checkChain(log);
      for (CursorIndex cursor : log.cursors().values()) {
        count(log, cursor);
      }
    }
  }

  private static void count(LogIndex log, CursorIndex cursor) {
    ChunkTable chunks = log.chunks();
    for (int at = chunks.slotAtOrAfter(cursor.floor()); at >= 0; at = chunks.nextLive(at + 1)) {
      AckState state = cursor.state(chunks.first(at));
      if (state == null) {
        cursor.count(chunks.count(at), chunks.bytes(at));
      } else if (!state.complete()) {
        cursor.count(
            state.count() - state.acknowledged(), chunks.bytes(at) - state.acknowledgedBytes());
      }
    }
  }

  private static void checkChain(LogIndex log) throws StoreException {
    ChunkTable chunks = log.chunks();
    long at = log.firstSequence();
    int slot = chunks.nextLive(0);
    if (slot >= 0 && chunks.first(slot) < at) {
      throw corrupt("log " + log.id() + " holds sequences before its first one, " + at);
    }
    for (Map.Entry<Long, Long> run : log.deadRuns().entrySet()) {
      while (slot >= 0 && chunks.first(slot) < run.getKey()) {
        at = step(log, at, chunks.first(slot), chunks.end(slot));
        slot = chunks.nextLive(slot + 1);
      }
      at = step(log, at, run.getKey(), run.getValue());
    }
    while (slot >= 0) {
      at = step(log, at, chunks.first(slot), chunks.end(slot));
      slot = chunks.nextLive(slot + 1);
    }
    step(log, at, log.nextSequence(), log.nextSequence());
  }

  private static long step(LogIndex log, long at, long first, long end) throws StoreException {
    if (first != at) {
      throw corrupt(
          first > at
              ? "log " + log.id() + ": sequences " + at + " to " + (first - 1) + " are missing"
              : "log " + log.id() + ": sequences " + first + " to " + (at - 1) + " overlap");
    }
    return end;
  }

  private LogIndex known(int logId, String what) throws StoreException {
    LogIndex log = index.find(logId);
    if (log == null) {
      throw corrupt("there is a " + what + " of log " + logId + ", but no such log");
    }
    return log;
  }

  private static StoreException corrupt(String what) {
    return new StoreException(
        StoreException.Reason.CORRUPT,
        "the index is damaged: " + what + ". Restore the data directory from a backup.");
  }
}
