package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.TopicDefinition.Retention;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreView;

/**
 * Lets go of what topics have retained for long enough, in whole chunks. The ages of chunks are
 * found by reading a few, here on the owner thread; how many is bounded for each sweep.
 */
final class RetentionSweep {
  private static final long INTERVAL_MS = 1_000;
  private static final int AGE_SEARCHES = 16;

  /** An age is looked at again after this part of it. */
  private static final int STEPS = 64;

  private final MessageStore store;
  private final NodeRegistry nodes;
  private final StartPositions positions;
  private long sweptMs;

  RetentionSweep(MessageStore store, NodeRegistry nodes) {
    this.store = store;
    this.nodes = nodes;
    this.positions = new StartPositions(store);
  }

  /** Stages what has to go, when it is time to look. */
  void run(StagedBatch batch) {
    long now = batch.nowMs();
    if (now >= sweptMs && now - sweptMs < INTERVAL_MS) {
      return;
    }
    sweptMs = now;
    int searches = 0;
    for (Topic topic : nodes.retaining()) {
      StoreView.LogView log = store.view().log(topic.log.id);
      StoreView.CursorView retained = log == null ? null : log.cursor(Topic.RETENTION);
      if (log == null || retained == null || retained.messages() == 0) {
        continue;
      }
      long keepFrom = bySize(log, retained, topic.definition.retention());
      if (searches < AGE_SEARCHES && topic.ageIsDue(now)) {
        searches++;
        keepFrom = Math.max(keepFrom, byAge(log, retained, topic, now));
      }
      if (keepFrom > 0) {
        batch.changes().purge(topic.log.id, Topic.RETENTION, 0, keepFrom);
      }
    }
  }

  /** Where to keep from so that no more than the limit and a chunk are kept; 0: from the start. */
  private static long bySize(
      StoreView.LogView log, StoreView.CursorView retained, Retention retention) {
    long excess = retention.maxBytes() == 0 ? 0 : retained.bytes() - retention.maxBytes();
    long keepFrom = 0;
    long at = retained.nextUnacknowledged(log.firstSequence());
    while (excess > 0) {
      ChunkInfo chunk = log.chunkAtOrAfter(at);
      if (chunk == null || chunk.bytes() > excess) {
        break;
      }
      excess -= chunk.bytes();
      at = chunk.endSequence();
      keepFrom = at;
    }
    return keepFrom;
  }

  private long byAge(
      StoreView.LogView log, StoreView.CursorView retained, Topic topic, long nowMs) {
    long age = topic.definition.retention().maxAgeMs();
    long oldest = retained.nextUnacknowledged(log.firstSequence());
    long young = positions.atOrAfter(log, oldest, nowMs - age);
    if (young == log.nextSequence()) {
      // What comes from now on is young until then.
      topic.lookAtAgeAgain(nowMs + age);
      return young;
    }
    topic.lookAtAgeAgain(nowMs + Math.max(INTERVAL_MS, age / STEPS));
    ChunkInfo chunk = log.chunkAtOrAfter(young);
    return chunk == null ? young : Math.min(young, chunk.firstSequence());
  }
}
