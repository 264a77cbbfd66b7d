package dev.holdfast.broker.domain.owner;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The cursors of a subscription that reads many logs, in turn: each gives one message, then the
 * next. Those that have nothing are not asked, so that thousands of silent topics cost nothing.
 */
final class FairTurns {
  private static final int LOOKED_AT = 64;
  private static final int READS_AT_ONCE = 8;

  /** Those that may have a message in memory. */
  private final ArrayDeque<LogCursor> offering = new ArrayDeque<>();

  /** Those that may have something only on disk, or have changed. */
  private final ArrayDeque<LogCursor> filling = new ArrayDeque<>();

  /** Something about what the cursor has in memory or on disk may have changed. */
  void touched(LogCursor cursor) {
    if (!cursor.offering) {
      cursor.offering = true;
      offering.addLast(cursor);
    }
    toFill(cursor);
  }

  private void toFill(LogCursor cursor) {
    if (!cursor.filling) {
      cursor.filling = true;
      filling.addLast(cursor);
    }
  }

  void remove(LogCursor cursor) {
    offering.remove(cursor);
    filling.remove(cursor);
  }

  /** The next message of the cursor whose turn it is, for this consumer. */
  @Nullable OutDelivery take(ConsumerTarget consumer) {
    for (int asked = offering.size(); asked > 0; asked--) {
      LogCursor cursor = offering.removeFirst();
      OutDelivery delivery = cursor.log.paused ? null : cursor.take(consumer);
      if (cursor.incomplete()) {
        toFill(cursor);
      }
      if (delivery != null || cursor.selective(consumer)) {
        offering.addLast(cursor);
      } else {
        cursor.offering = false;
      }
      if (delivery != null) {
        return delivery;
      }
    }
    return null;
  }

  /** Asks for what is to be handed out next, of a few cursors at a time. */
  void fill(BacklogReader backlogs, WindowKeepers keepers) {
    int incomplete = 0;
    int reading = 0;
    for (int left = filling.size(); left > 0 && incomplete < LOOKED_AT; left--) {
      LogCursor cursor = filling.removeFirst();
      keepers.note(cursor);
      if (reading < READS_AT_ONCE && cursor.wantsRead()) {
        backlogs.request(cursor);
      }
      cursor.choosers.readOn(backlogs);
      reading += cursor.loading ? 1 : 0;
      if (cursor.incomplete()) {
        filling.addLast(cursor);
        incomplete++;
      } else {
        cursor.filling = false;
      }
    }
  }
}
