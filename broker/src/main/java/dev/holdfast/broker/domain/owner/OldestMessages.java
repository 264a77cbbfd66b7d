package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.List;

/** Finds out when the oldest message of a log came, where only the disk knows. Owner thread. */
final class OldestMessages {
  private OldestMessages() {}

  /** When the oldest message of a subscription came, epoch milliseconds; 0: none, or not known. */
  static long knownMs(StoreView view, Subscription subscription) {
    long oldest = 0;
    for (LogCursor cursor : subscription.cursors()) {
      long ms = cursor.messages(view) == 0 ? 0 : cursor.oldestMs(cursor.oldestSequence(view));
      oldest = ms == 0 || (oldest != 0 && oldest < ms) ? oldest : ms;
    }
    return oldest;
  }

  /**
   * Reads the one chunk that it takes, if it takes one; then goes on.
   *
   * @return whether something has to be read; {@code then} is run later, and only in that case
   */
  static boolean learn(AdminContext context, LogCursor cursor, Runnable then) {
    StoreView view = context.store().view();
    long oldest = cursor.oldestSequence(view);
    StoreView.LogView log = view.log(cursor.log.id);
    ChunkInfo chunk = log == null || oldest == 0 ? null : log.chunkAtOrAfter(oldest);
    if (chunk == null || cursor.oldestMs(oldest) != 0) {
      return false;
    }
    context
        .reads()
        .read(
            cursor.log.id,
            List.of(chunk),
            read -> {
              take(cursor, oldest, read.get(0));
              then.run();
            });
    return true;
  }

  private static void take(LogCursor cursor, long oldest, ReadAhead.Result read) {
    if (read.messages() != null) {
      for (StoredMessage message : read.messages()) {
        if (message.sequence() == oldest) {
          cursor.oldestLearned(message);
        }
      }
    }
  }
}
