package dev.holdfast.storage.log;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.index.StoreIndex;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives space back: whole files every 64 MB of dead chunks, a compaction when most of what is
 * stored has been dead for a while and nobody commits. Owner thread.
 */
final class Reclaimer {
  private static final Logger LOG = LoggerFactory.getLogger(Reclaimer.class);

  private static final long RECLAIM_EVERY_BYTES = 64L << 20;
  private static final long COMPACT_AFTER_IDLE_MS = 30_000;
  private static final long COMPACT_FOR_ROOM_EVERY_MS = 2_000;
  private static final long COMPACT_ABOVE_BYTES = 32L << 20;

  private final RowEngine engine;
  private final StoreIndex index;
  private final LongSupplier clockMs;
  private long deadBytes;
  private long lastCommit = -1;
  private long idleSinceMs;
  private long compactedAtCommit = -1;
  private long compactedForRoomMs = Long.MIN_VALUE / 2;

  Reclaimer(RowEngine engine, StoreIndex index, LongSupplier clockMs) {
    this.engine = engine;
    this.index = index;
    this.clockMs = clockMs;
  }

  void run(long newlyDeadBytes, long commitNumber, IdempotencyRows idempotency) {
    deadBytes += newlyDeadBytes;
    try {
      idempotency.reclaim();
      if (deadBytes >= RECLAIM_EVERY_BYTES) {
        deadBytes = 0;
        engine.reclaim(
            RowFamily.BODY, Rows.chunkBody(0), Rows.chunkBody(index.lowestLiveChunkId()));
      }
      if (engine.health().publishable()) {
        compactWhenIdle(commitNumber);
      } else {
        compactForRoom();
      }
    } catch (StoreException e) {
      // Nothing is lost by not reclaiming; the next round tries again.
      LOG.warn("could not give space back: {}", e.getMessage());
    }
  }

  /** Publishing waits for room: what is dead goes now, idle or not. */
  private void compactForRoom() throws StoreException {
    long now = clockMs.getAsLong();
    if (now - compactedForRoomMs < COMPACT_FOR_ROOM_EVERY_MS) {
      return;
    }
    compactedForRoomMs = now;
    long stored = engine.fileBytes(RowFamily.BODY);
    if (index.liveBytes() < stored - stored / 4) {
      deadBytes = 0;
      engine.reclaim(RowFamily.BODY, Rows.chunkBody(0), Rows.chunkBody(index.lowestLiveChunkId()));
      engine.compactLater(RowFamily.BODY, Rows.chunkBody(0), Rows.chunkBody(index.nextChunkId()));
    }
  }

  private void compactWhenIdle(long commitNumber) {
    long now = clockMs.getAsLong();
    if (commitNumber != lastCommit) {
      lastCommit = commitNumber;
      idleSinceMs = now;
      return;
    }
    if (compactedAtCommit == commitNumber || now - idleSinceMs < COMPACT_AFTER_IDLE_MS) {
      return;
    }
    long stored = engine.fileBytes(RowFamily.BODY);
    if (stored > COMPACT_ABOVE_BYTES && index.liveBytes() < stored / 2) {
      compactedAtCommit = commitNumber;
      engine.compactLater(RowFamily.BODY, Rows.chunkBody(0), Rows.chunkBody(index.nextChunkId()));
    }
  }
}
