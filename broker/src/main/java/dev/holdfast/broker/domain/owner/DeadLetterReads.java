package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
import java.util.List;

/** Which chunks of a dead-letter queue are read next. */
final class DeadLetterReads {
  private static final int CHUNKS_AT_ONCE = 16;
  private static final long BYTES_AT_ONCE = 512 << 10;

  private DeadLetterReads() {}

  /** The next few chunks with messages from one sequence to another, both included. */
  static List<ChunkInfo> next(StoreView view, LogCursor cursor, long from, long to) {
    List<ChunkInfo> chunks = new ArrayList<>();
    StoreView.LogView log = view.log(cursor.log.id);
    StoreView.CursorView unread = cursor.view(view);
    if (log == null || unread == null) {
      return chunks;
    }
    long bytes = 0;
    long sequence = from;
    while (chunks.size() < CHUNKS_AT_ONCE && bytes < BYTES_AT_ONCE) {
      sequence = unread.nextUnacknowledged(sequence);
      ChunkInfo chunk =
          sequence > to || sequence >= log.nextSequence() ? null : log.chunkAtOrAfter(sequence);
      if (chunk == null) {
        return chunks;
      }
      chunks.add(chunk);
      bytes += chunk.heldBytes();
      sequence = chunk.endSequence();
    }
    return chunks;
  }
}
