package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
import java.util.List;

/**
 * What a backlog wants to be read.
 *
 * @param chunks in order
 * @param onward they follow on the window without a gap; otherwise they only bring bodies
 */
record Reading(List<ChunkInfo> chunks, boolean onward) {

  /** The chunks with messages from {@code first} to before {@code end}, some bytes of them. */
  static List<ChunkInfo> chunks(StoreView.LogView log, long first, long end, long readAheadBytes) {
    List<ChunkInfo> chunks = new ArrayList<>();
    long bytes = 0;
    long from = first;
    while (from < end && bytes < readAheadBytes) {
      ChunkInfo chunk = log.chunkAtOrAfter(from);
      if (chunk == null) {
        break;
      }
      chunks.add(chunk);
      bytes += chunk.heldBytes();
      from = chunk.endSequence();
    }
    return chunks;
  }
}
