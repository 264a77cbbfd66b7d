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
  private final Place place;
  private final int limit;
  private final CompletableFuture<List<PeekedMessage>> result;
  private final List<PeekedMessage> found = new ArrayList<>();
  private long bytes;

  /**
   * What is looked at.
   *
   * @param logId the log
   * @param cursorId what this cursor has acknowledged is not shown
   * @param reader tells what is out at consumers; null: nothing ever is
   * @param name for the operator
   */
  record Place(int logId, int cursorId, @Nullable LogCursor reader, String name) {

    static Place of(LogCursor cursor) {
      return new Place(cursor.log.id, cursor.id, cursor, cursor.subscription.name);
    }

    long[] outSequences() {
      return reader == null ? new long[0] : reader.outSequences();
    }
  }

  PeekTask(
      AdminContext context, Place place, int limit, CompletableFuture<List<PeekedMessage>> result) {
    this.context = context;
    this.place = place;
    this.limit = limit;
    this.result = result;
  }

  /** Goes on from this sequence. Owner thread. */
  void from(long sequence) {
    StoreView.LogView log = context.store().view().log(place.logId());
    StoreView.CursorView cursor = log == null ? null : log.cursor(place.cursorId());
    ChunkInfo chunk =
        log == null || cursor == null || full()
            ? null
            : next(log, cursor, Math.max(sequence, log.firstSequence()));
    if (chunk == null) {
      result.complete(found);
    } else {
      context.reads().read(place.logId(), List.of(chunk), read -> take(sequence, read.get(0)));
    }
  }

  private static @Nullable ChunkInfo next(
      StoreView.LogView log, StoreView.CursorView cursor, long from) {
    long sequence = cursor.nextUnacknowledged(from);
    return sequence >= log.nextSequence() ? null : log.chunkAtOrAfter(sequence);
  }

  private void take(long from, ReadAhead.Result read) {
    StoreView.LogView log = context.store().view().log(place.logId());
    StoreView.CursorView cursor = log == null ? null : log.cursor(place.cursorId());
    if (cursor != null && read.messages() != null) {
      long[] out = place.outSequences();
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
      context.backlogs().report(place.name(), read);
    }
    from(read.chunk().endSequence());
  }

  private boolean full() {
    return found.size() >= limit || bytes >= MAX_BYTES;
  }
}
