package dev.holdfast.storage.index;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredTimer;

/**
 * Where applying a batch says what must be written. Calls come in the order in which the rows must
 * go into the batch: a later call about the same row wins.
 */
public interface IndexSink {

  /** A log was created; it needs a key before its first chunk. */
  void logCreated(int logId) throws StoreException;

  /** Where a log begins and what its next sequence is. */
  void logBounds(int logId, long floor, long nextSequence);

  /** The log is gone, and every row of it was named before. */
  void logDropped(int logId);

  /** The smallest log id never given. */
  void nextLogId(int id);

  /** A part of a blob is written. */
  void blobPart(long blobId, int part, byte[] bytes) throws StoreException;

  /** A blob that no message names has so many parts now. */
  void blobInMaking(long blobId, int parts);

  /** A blob is no longer one that no message names: one does, or it is gone. */
  void blobNotInMaking(long blobId);

  /** Nobody needs a blob any more. */
  void blobGone(long blobId, int parts);

  /** A run of appends was cut into a chunk; {@code firstOperation} starts its list. */
  void chunkBorn(int logId, ChunkInfo chunk, int firstOperation);

  /** Nobody waits for a chunk any more. */
  void chunkDied(int logId, ChunkInfo chunk);

  /** Chunks of these sequences died while an older one lives. Replaces a run that began there. */
  void deadRun(int logId, long firstSequence, long endSequence);

  /**
   * A run of dead chunks is no longer needed: the log begins after it, or another one covers it.
   */
  void deadRunGone(int logId, long firstSequence);

  /** Everything below {@code floor} is consumed. */
  void cursorFloor(int logId, int cursorId, long floor);

  /** A cursor is gone. */
  void cursorDropped(int logId, int cursorId);

  /** What a cursor has consumed of a chunk. */
  void ackState(int logId, int cursorId, AckState state);

  /** The row of a chunk's state is no longer needed. */
  void ackStateGone(int logId, int cursorId, long firstSequence);

  /** A definition was put. */
  void definition(String key, byte[] value) throws StoreException;

  /** A definition was deleted. */
  void definitionGone(String key);

  /** A timer was put. */
  void timer(StoredTimer timer) throws StoreException;

  /** A timer was deleted. */
  void timerGone(StoredTimer timer);

  /** An idempotency key was remembered. */
  void remember(BatchOperations.Remembered remembered);

  /** An idempotency key is not to be remembered after all. */
  void forgetKey(BatchOperations.Remembered remembered);

  /** {@link dev.holdfast.storage.StoreBatch#forgetKey(int, byte[])}. */
  void forgetKeyWholly(int nodeId, byte[] key);

  /** Idempotency keys stored before this moment are forgotten. */
  void forgetKeys(long nowMs);

  /**
   * Sum of the bytes of the chunk's messages below {@code sequence}: asked only when a cursor
   * starts in the middle of a chunk.
   */
  long bytesBelow(int logId, ChunkInfo chunk, long sequence) throws StoreException;
}
