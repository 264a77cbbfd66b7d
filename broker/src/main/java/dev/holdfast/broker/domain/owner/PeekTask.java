package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Looks at messages where they lie, chunk by chunk, and touches nothing. Ends at the limit, at the
 * end of the queue, or when the bodies add up to {@value #MAX_BYTES} bytes.
 */
final class PeekTask {
  static final int MAX_BYTES = 32 << 20;

  private final AdminContext context;
  private final Queue queue;
  private final int limit;
  private final CompletableFuture<List<PeekedMessage>> result;
  private final List<PeekedMessage> found = new ArrayList<>();
  private long bytes;

  PeekTask(
      AdminContext context, Queue queue, int limit, CompletableFuture<List<PeekedMessage>> result) {
    this.context = context;
    this.queue = queue;
    this.limit = limit;
    this.result = result;
  }

  /** Goes on from this sequence. Owner thread. */
  void from(long sequence) {
    StoreView.LogView log = context.store().view().log(queue.log.id);
    StoreView.CursorView cursor = log == null ? null : log.cursor(Queue.CURSOR);
    ChunkInfo chunk =
        log == null || cursor == null || full()
            ? null
            : next(log, cursor, Math.max(sequence, log.firstSequence()));
    if (chunk == null) {
      result.complete(found);
    } else {
      context.reads().read(queue.log.id, List.of(chunk), read -> take(sequence, read.get(0)));
    }
  }

  private static @Nullable ChunkInfo next(
      StoreView.LogView log, StoreView.CursorView cursor, long from) {
    long sequence = cursor.nextUnacknowledged(from);
    return sequence >= log.nextSequence() ? null : log.chunkAtOrAfter(sequence);
  }

  private void take(long from, ReadAhead.Result read) {
    StoreView.CursorView cursor = queue.cursor.view(context.store().view());
    if (cursor != null && read.messages() != null) {
      long[] out = queue.cursor.outSequences();
      Arrays.sort(out);
      for (StoredMessage message : read.messages()) {
        long sequence = message.sequence();
        if (sequence >= from && !full() && !cursor.acknowledged(sequence)) {
          boolean unsettled = Arrays.binarySearch(out, sequence) >= 0;
          found.add(new PeekedMessage(message, cursor.history(sequence).failures(), unsettled));
          bytes += message.bytes();
        }
      }
    } else if (read.corrupt()) {
      context.backlogs().report(queue.subscription, read);
    }
    from(read.chunk().endSequence());
  }

  private boolean full() {
    return found.size() >= limit || bytes >= MAX_BYTES;
  }
}
