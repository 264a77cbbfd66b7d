package dev.holdfast.storage.log;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.index.StoreIndex;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives space back: whole files every 64 MB of dead chunks, a compaction when most of what is
 * stored has been dead for a while and nobody commits; everything it can while publishing waits for
 * room. Owner thread.
 */
final class Reclaimer {
  private static final Logger LOG = LoggerFactory.getLogger(Reclaimer.class);

  private static final long RECLAIM_EVERY_BYTES = 64L << 20;
  private static final long COMPACT_AFTER_IDLE_MS = 30_000;
  private static final long COMPACT_ABOVE_BYTES = 32L << 20;

  private final RowEngine engine;
  private final StoreIndex index;
  private final LongSupplier clockMs;
  private long deadBytes;
  private long lastCommit = -1;
  private long idleSinceMs;
  private long compactedAtCommit = -1;

  Reclaimer(RowEngine engine, StoreIndex index, LongSupplier clockMs) {
    this.engine = engine;
    this.index = index;
    this.clockMs = clockMs;
  }

  /**
   * One round.
   *
   * @return whether the engine should be opened again, to make room
   */
  boolean run(long newlyDeadBytes, long commitNumber, IdempotencyRows idempotency) {
    deadBytes += newlyDeadBytes;
    boolean publishable = engine.health().publishable();
    try {
      idempotency.reclaim();
      if (!publishable || deadBytes >= RECLAIM_EVERY_BYTES) {
        deadBytes = 0;
        engine.reclaim(
            RowFamily.BODY, Rows.chunkBody(0), Rows.chunkBody(index.lowestLiveChunkId()));
      }
    } catch (StoreException e) {
      // Nothing is lost by not reclaiming; the next round tries again.
      LOG.warn("could not give space back: {}", e.getMessage());
    }
    if (publishable) {
      compactWhenIdle(commitNumber);
      return false;
    }
    return engine.makeRoom(
        new BodyRange(Rows.chunkBody(0), Rows.chunkBody(index.nextChunkId()), index.liveBytes()));
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
