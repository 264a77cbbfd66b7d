package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * What consumers have added to the annotations of messages that they gave back (AMQP 1.0 part 3
 * §3.4.5): a definition of its own for each, sealed as all of them are, and in memory. What leaves
 * its log is forgotten with one of the next batches, so that settling costs nothing. Bounded: what
 * comes when it is full is known only as long as the message stays in memory. Owner thread.
 */
final class KeptAnnotations {
  private static final String PREFIX = "annotations/";
  private static final int MOST_MESSAGES = 4_096;
  private static final int MOST_BYTES = 4 << 20;
  private static final long SWEEP_MS = 1_000;

  private final Map<Place, byte[]> kept = new HashMap<>();
  private int bytes;
  private long sweptMs;

  private record Place(int logId, int cursorId, long sequence) {
    static Place of(String key) {
      String[] parts = key.substring(PREFIX.length()).split("/", -1);
      return new Place(
          Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
    }

    String key() {
      return PREFIX + logId + "/" + cursorId + "/" + sequence;
    }
  }

  /** Makes memory agree with the store, at the start and after a failed commit. */
  void rebuild(StoreView view) {
    kept.clear();
    bytes = 0;
    for (Map.Entry<String, byte[]> entry : view.definitions().entrySet()) {
      if (entry.getKey().startsWith(PREFIX)) {
        kept.put(Place.of(entry.getKey()), entry.getValue());
        bytes += entry.getValue().length;
      }
    }
  }

  /** Stages what a message carries from now on, in the batch that gives it back. */
  void stage(StagedBatch batch, LogCursor cursor, long sequence, byte[] annotations) {
    Place place = new Place(cursor.log.id, cursor.id, sequence);
    byte[] before = kept.get(place);
    int more = annotations.length - (before == null ? 0 : before.length);
    boolean full = before == null && kept.size() >= MOST_MESSAGES;
    if (!full && bytes + more <= MOST_BYTES) {
      kept.put(place, annotations);
      bytes += more;
      batch.changes().putDefinition(place.key(), annotations);
    }
  }

  /** What a message carries beside what it was sent with; empty: nothing. */
  byte[] of(LogCursor cursor, long sequence) {
    if (kept.isEmpty()) {
      return StoredMessage.NO_ATTRIBUTES;
    }
    byte[] found = kept.get(new Place(cursor.log.id, cursor.id, sequence));
    return found == null ? StoredMessage.NO_ATTRIBUTES : found;
  }

  /** Stages that what has left its log is forgotten; now and then, in a batch that there is. */
  void sweep(StagedBatch batch, StoreView view) {
    long sinceMs = batch.nowMs() - sweptMs;
    if (kept.isEmpty() || (sinceMs >= 0 && sinceMs < SWEEP_MS)) {
      return;
    }
    sweptMs = batch.nowMs();
    for (Iterator<Map.Entry<Place, byte[]>> all = kept.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Place, byte[]> each = all.next();
      if (hasLeft(each.getKey(), view)) {
        batch.changes().deleteDefinition(each.getKey().key());
        bytes -= each.getValue().length;
        all.remove();
      }
    }
  }

  private static boolean hasLeft(Place place, StoreView view) {
    StoreView.LogView log = view.log(place.logId);
    StoreView.CursorView cursor = log == null ? null : log.cursor(place.cursorId);
    return cursor == null || cursor.acknowledged(place.sequence);
  }
}
