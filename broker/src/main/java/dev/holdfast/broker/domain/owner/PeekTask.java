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
 *
 * <p>A prioritised queue is looked at priority by priority, the highest first. So that one number
 * says where to go on, the sequences shown of its n-th log begin at n times {@value #SPAN}.
 */
final class PeekTask {
  static final int MAX_BYTES = 32 << 20;

  /** More messages than a log ever has; ten times that is still a number that JSON can carry. */
  private static final long SPAN = 900_000_000_000_000L;

  private final AdminContext context;
  private final List<Place> places;
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

    static List<Place> of(Subscription subscription) {
      List<Place> places = new ArrayList<>();
      for (LogCursor cursor : subscription.cursors()) {
        places.add(new Place(cursor.log.id, cursor.id, cursor, subscription.name));
      }
      return places;
    }

    long[] outSequences() {
      return reader == null ? new long[0] : reader.outSequences();
    }
  }

  PeekTask(
      AdminContext context,
      List<Place> places,
      int limit,
      CompletableFuture<List<PeekedMessage>> result) {
    this.context = context;
    this.places = places;
    this.limit = limit;
    this.result = result;
  }

  /** Goes on from this sequence, as shown. Owner thread. */
  void from(long sequence) {
    int at = places.size() == 1 ? 0 : (int) Math.min(sequence / SPAN, places.size());
    from(at, sequence - at * SPAN);
  }

  private void from(int first, long firstSequence) {
    long sequence = firstSequence;
    for (int at = first; at < places.size() && !full(); at++) {
      Place place = places.get(at);
      StoreView.LogView log = context.store().view().log(place.logId());
      StoreView.CursorView cursor = log == null ? null : log.cursor(place.cursorId());
      ChunkInfo chunk =
          log == null || cursor == null
              ? null
              : next(log, cursor, Math.max(sequence, log.firstSequence()));
      if (chunk != null) {
        int here = at;
        long from = sequence;
        context.reads().read(place.logId(), List.of(chunk), read -> take(here, from, read.get(0)));
        return;
      }
      sequence = 0;
    }
    result.complete(found);
  }

  private static @Nullable ChunkInfo next(
      StoreView.LogView log, StoreView.CursorView cursor, long from) {
    long sequence = cursor.nextUnacknowledged(from);
    return sequence >= log.nextSequence() ? null : log.chunkAtOrAfter(sequence);
  }

  private void take(int at, long from, ReadAhead.Result read) {
    Place place = places.get(at);
    StoreView.LogView log = context.store().view().log(place.logId());
    StoreView.CursorView cursor = log == null ? null : log.cursor(place.cursorId());
    if (cursor != null && read.messages() != null) {
      long[] out = place.outSequences();
      Arrays.sort(out);
      for (StoredMessage message : read.messages()) {
        long sequence = message.sequence();
        if (sequence >= from && !full() && !cursor.acknowledged(sequence)) {
          boolean unsettled = Arrays.binarySearch(out, sequence) >= 0;
          StoredMessage shown = at == 0 ? message : shown(message, at * SPAN + sequence);
          found.add(new PeekedMessage(shown, cursor.history(sequence).failures(), unsettled));
          bytes += message.heldBytes();
        }
      }
    } else if (read.corrupt()) {
      context.backlogs().report(place.name(), read);
    }
    from(at, read.chunk().endSequence());
  }

  private static StoredMessage shown(StoredMessage message, long sequence) {
    return new StoredMessage(
        sequence,
        message.flags(),
        message.priority(),
        message.enqueuedMs(),
        message.expiryMs(),
        message.ttlMs(),
        message.messageFormat(),
        message.attributes(),
        message.body(),
        message.blob());
  }

  private boolean full() {
    return found.size() >= limit || bytes >= MAX_BYTES;
  }
}
