package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The consumers of one cursor that do not take whatever comes next, but choose. Each goes through
 * the messages at its own pace and takes them from anywhere.
 */
final class Choosers {
  private final LogCursor cursor;
  private final Backlog backlog;
  private final List<Examined> all = new ArrayList<>(0);

  Choosers(LogCursor cursor, Backlog backlog) {
    this.cursor = cursor;
    this.backlog = backlog;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Hands out the first message that this consumer can get, or null. */
  @Nullable OutDelivery take(ConsumerTarget consumer, MessageFilter filter) {
    Examined examined = of(consumer, filter);
    if (!examined.look(backlog.returned())) {
      backlog.wantBodies();
      return null;
    }
    ReturnedMessage back = examined.firstOf(backlog.returned());
    Examined.Find find = firstFind(examined);
    // What was found lies before all that it has not looked at yet.
    long slot = find == null ? examined.nextIn(backlog.window()) : -1;
    long fresh = Long.MAX_VALUE;
    if (find != null) {
      fresh = find.message().sequence();
    } else if (slot >= 0) {
      fresh = backlog.window().get(slot).sequence();
    }
    if (back != null && back.sequence < fresh) {
      // What it has not looked at, on disk, may come before.
      return back.sequence < nextUnseen(examined)
          ? backlog.takeReturned(back, cursor, consumer)
          : null;
    }
    if (find != null) {
      return takeFind(examined);
    }
    return slot < 0 ? null : backlog.takeSlot(slot, cursor, consumer);
  }

  private long nextUnseen(Examined examined) {
    return backlog.loadFrom() < backlog.end()
        ? examined.nextUnseen(backlog.loadFrom())
        : Long.MAX_VALUE;
  }

  private Examined of(ConsumerTarget consumer, MessageFilter filter) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).consumer == consumer) {
        return all.get(i);
      }
    }
    Examined examined = new Examined(consumer, filter, cursor.subscription.budget);
    all.add(examined);
    backlog.returned().trackArrivals();
    return examined;
  }

  /** The first find that nobody else has taken. */
  private Examined.@Nullable Find firstFind(Examined examined) {
    Examined.Find find = examined.firstFind();
    while (find != null && isTaken(find.message().sequence())) {
      examined.takeFind();
      find = examined.firstFind();
    }
    return find;
  }

  private boolean isTaken(long sequence) {
    if (sequence >= backlog.loadFrom()) {
      return backlog.isElsewhere(sequence);
    }
    // It has come into the window since, or was taken out of it again.
    Window window = backlog.window();
    return !window.holds(window.slotFrom(sequence), sequence);
  }

  private OutDelivery takeFind(Examined examined) {
    Examined.Find find = examined.takeFind();
    long sequence = find.message().sequence();
    return sequence < backlog.loadFrom()
        ? backlog.takeSlot(backlog.window().slotFrom(sequence), cursor, examined.consumer)
        : backlog.takeAhead(find, cursor, examined.consumer);
  }

  /** Whether there is nothing for this consumer, in memory or on disk. */
  boolean exhaustedFor(ConsumerTarget consumer, MessageFilter filter) {
    Examined examined = of(consumer, filter);
    return examined.look(backlog.returned())
        && examined.firstOf(backlog.returned()) == null
        && firstFind(examined) == null
        && examined.nextIn(backlog.window()) < 0
        && (backlog.loadFrom() >= backlog.end() || examined.hasPassed(backlog.end()));
  }

  /** Asks for what lies beyond the window, for those that have looked at all of it. */
  void readOn(BacklogReader backlogs) {
    for (int i = 0; i < all.size(); i++) {
      if (wantsOn(all.get(i))) {
        backlogs.readOn(cursor, all.get(i));
      }
    }
  }

  /** Whether something is to be read beyond the window. */
  boolean wantOn() {
    for (int i = 0; i < all.size(); i++) {
      if (wantsOn(all.get(i))) {
        return true;
      }
    }
    return false;
  }

  private boolean wantsOn(Examined examined) {
    return !examined.reading
        && examined.consumer.hasCredit()
        && backlog.loadFrom() < backlog.end()
        && backlog.filled()
        && examined.firstFind() == null
        && examined.nextIn(backlog.window()) < 0
        && !examined.hasPassed(backlog.end());
  }

  /** The chunks to read for one that looks beyond the window. */
  List<ChunkInfo> chunksFor(Examined examined, StoreView.LogView log, long readAheadBytes) {
    long from = examined.readFrom(backlog.loadFrom());
    List<ChunkInfo> chunks = backlog.chunksFrom(from, log, readAheadBytes);
    if (chunks.isEmpty()) {
      examined.readFrom(backlog.end());
    }
    return chunks;
  }

  /** A message that was taken from beyond the window is gone from the log. */
  void gone(long sequence) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).gone(sequence);
    }
  }

  /** Memory is rebuilt or given back: what they found is looked at again. */
  void letGo() {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).letGo();
    }
  }

  void detach(ConsumerTarget consumer) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).consumer == consumer) {
        all.remove(i).letGo();
        return;
      }
    }
  }
}
