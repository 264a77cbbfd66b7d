package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.DeadLetterAdmin.Found;
import dev.holdfast.broker.domain.DeadLetterFilter;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeAdmin.PeekedMessage;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Looks for dead letters and touches nothing. Ends at the limit, when the messages found add up to
 * {@value #FOUND_BYTES} bytes, or when so many bytes have been looked through that the caller
 * should hear of it. Owner thread.
 */
final class FindDeadLetters {
  private static final long FOUND_BYTES = 8 << 20;
  private static final long SEEN_BYTES = 64 << 20;

  private final AdminContext context;
  private final LogCursor cursor;
  private final DeadLetterFilter filter;
  private final int limit;
  private final CompletableFuture<Found> result;
  private final List<PeekedMessage> found = new ArrayList<>();
  private long foundBytes;
  private long seenBytes;

  FindDeadLetters(
      AdminContext context,
      Queue queue,
      DeadLetterFilter filter,
      int limit,
      CompletableFuture<Found> result) {
    this.context = context;
    this.cursor = queue.subscription.cursors().get(0);
    this.filter = filter;
    this.limit = limit;
    this.result = result;
  }

  /** Goes on from this sequence. */
  void from(long sequence) {
    StoreView view = context.store().view();
    List<ChunkInfo> chunks =
        DeadLetterReads.next(view, cursor, sequence, filter.death().toSequence());
    if (chunks.isEmpty()) {
      result.complete(new Found(found, 0));
    } else if (full() || seenBytes >= SEEN_BYTES) {
      result.complete(new Found(found, Math.max(sequence, chunks.get(0).firstSequence())));
    } else {
      context.reads().read(cursor.log.id, chunks, results -> take(sequence, results));
    }
  }

  private boolean full() {
    return found.size() >= limit || foundBytes >= FOUND_BYTES;
  }

  private void take(long from, List<ReadAhead.Result> results) {
    StoreView.CursorView view = cursor.view(context.store().view());
    long next = from;
    long[] out = cursor.outSequences();
    Arrays.sort(out);
    for (ReadAhead.Result read : results) {
      if (view != null && read.messages() != null) {
        for (StoredMessage message : read.messages()) {
          if (message.sequence() < next) {
            continue;
          }
          if (full()) {
            from(next);
            return;
          }
          next = message.sequence() + 1;
          look(view, out, message);
        }
      } else if (read.corrupt()) {
        context.backlogs().report(cursor.log.name, read);
      }
      next = Math.max(next, read.chunk().endSequence());
      seenBytes += read.chunk().heldBytes();
    }
    from(next);
  }

  private void look(StoreView.CursorView view, long[] out, StoredMessage message) {
    long sequence = message.sequence();
    if (view.acknowledged(sequence)
        || !filter.matches(message, MessageAttributes.death(message.attributes()))) {
      return;
    }
    boolean unsettled = Arrays.binarySearch(out, sequence) >= 0;
    found.add(new PeekedMessage(message, view.history(sequence).failures(), unsettled));
    foundBytes += message.bytes();
  }
}
