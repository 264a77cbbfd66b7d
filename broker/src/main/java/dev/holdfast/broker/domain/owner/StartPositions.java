package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where in a topic's log a subscription starts. A moment is found by reading a few chunks, here on
 * the owner thread: about the logarithm of how many there are.
 */
final class StartPositions {
  private static final Logger LOG = LoggerFactory.getLogger(StartPositions.class);

  private final MessageStore store;

  StartPositions(MessageStore store) {
    this.store = store;
  }

  /** The sequence to start at, between the oldest that is retained and the log's next. */
  long of(NodeLog of, StartFrom start) {
    StoreView.LogView log = store.view().log(of.id);
    if (log == null) {
      return 1;
    }
    StoreView.CursorView retained = log.cursor(Topic.RETENTION);
    long end = log.nextSequence();
    long oldest = retained == null ? end : retained.nextUnacknowledged(log.firstSequence());
    if (start instanceof StartFrom.Latest) {
      return end;
    }
    if (start instanceof StartFrom.Earliest) {
      return oldest;
    }
    if (start instanceof StartFrom.Sequence sequence) {
      return Math.min(end, Math.max(oldest, sequence.sequence()));
    }
    return start instanceof StartFrom.Time time ? atOrAfter(log, oldest, time.epochMs()) : end;
  }

  /**
   * The first sequence at or after {@code from} whose message came at or after {@code epochMs}; the
   * log's next when there is none. Exact as long as the clock has not gone back.
   */
  long atOrAfter(StoreView.LogView log, long from, long epochMs) {
    long low = from;
    long high = log.nextSequence();
    // Everything below low is too old; high and above is not.
    while (low < high) {
      ChunkInfo chunk = log.chunkAtOrAfter(low + (high - low) / 2);
      if (chunk == null || chunk.firstSequence() >= high) {
        chunk = log.chunkAtOrAfter(low);
      }
      if (chunk == null || chunk.firstSequence() >= high) {
        return high;
      }
      long found = firstAtOrAfter(log, chunk, epochMs);
      if (found < 0) {
        low = chunk.endSequence();
      } else if (found > chunk.firstSequence()) {
        return Math.max(found, from);
      } else {
        high = chunk.firstSequence();
      }
    }
    return Math.max(high, from);
  }

  /** In this chunk: the sequence, or -1 when all of it is older or cannot be read. */
  private long firstAtOrAfter(StoreView.LogView log, ChunkInfo chunk, long epochMs) {
    for (StoredMessage message : read(log, chunk)) {
      if (message.enqueuedMs() >= epochMs) {
        return message.sequence();
      }
    }
    return -1;
  }

  private List<StoredMessage> read(StoreView.LogView log, ChunkInfo chunk) {
    try {
      return store.read(log.id(), chunk);
    } catch (StoreException e) {
      LOG.warn("a chunk of log {} cannot be read to find a moment; it is passed over", log.id(), e);
      return List.of();
    }
  }
}
