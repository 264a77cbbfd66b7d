package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a cursor keeps in memory of the messages that wait in its log.
 *
 * <p>Invariants: every committed, unacknowledged message is exactly one of: out at a consumer;
 * returned (or shunned, or set aside); in the window; at or after {@code loadFrom} and only on
 * disk; unreadable. The window holds messages in order, without a gap that could be delivered, up
 * to {@code loadFrom}; it reaches the log's end when {@code loadFrom == end}.
 */
final class Backlog {
  private static final long[] NONE = {};
  private static final List<ReturnedMessage> NO_MESSAGES = List.of();
  private static final int OVERHEAD_BYTES = 96;

  private final MemoryBudget budget;
  private final long windowLimit;

  private @Nullable Window window;
  private final ReturnedMessages returned;

  private long kept;
  private long loadFrom = 1;
  private long end = 1;

  /** Sequences at or after {@code loadFrom} that were out or returned at a restart; sorted. */
  private long[] held = NONE;

  /** Sequences that were taken from beyond the window since then, and are out. */
  private final Set<Long> takenAhead = new HashSet<>(0);

  private long unreadable;

  /** A returned message is next and its body has left the memory. */
  private boolean bodyWanted;

  Backlog(MemoryBudget budget, MessageGroups groups, long windowLimit) {
    this.budget = budget;
    this.returned = new ReturnedMessages(groups);
    this.windowLimit = windowLimit;
  }

  /**
   * Committed appends; kept in memory as far as the window reaches and there is room.
   *
   * @param messages those that are to be delivered, in order
   * @param from sequence of the first that was appended
   * @param to the sequence after the last one
   * @param limit bytes to keep at most
   */
  void appended(List<StoredMessage> messages, long from, long to, long limit) {
    boolean contiguous = loadFrom == from;
    end = to;
    if (!contiguous) {
      return;
    }
    for (int i = 0; i < messages.size(); i++) {
      StoredMessage message = messages.get(i);
      long size = size(message.bytes());
      if (kept + size > limit || !budget.windowHasRoom(size)) {
        loadFrom = message.sequence();
        return;
      }
      push(message);
    }
    loadFrom = to;
  }

  /** The first message in the window, or null. */
  @Nullable StoredMessage firstFresh() {
    return window == null ? null : window.peekFirst();
  }

  /** Takes out the first message in the window, or one that came back. */
  void takeOut(StoredMessage message, @Nullable ReturnedMessage back) {
    if (back != null) {
      returned.remove(back);
    } else if (window != null) {
      window.pollFirst();
    }
    keep(-size(message.bytes()));
  }

  /** Puts one out of the way of those behind it, until its group is for somebody who asks. */
  void setAside(ReturnedMessage message, MessageGroup group) {
    message.group = group;
    if (message.message != null && kept <= windowLimit / 2) {
      keep(size(message.message.bytes()));
    } else {
      message.message = null;
    }
    returned.add(message);
  }

  /** Hands out a returned message; null when its body has to be read first. */
  @Nullable OutDelivery takeReturned(
      ReturnedMessage back, LogCursor cursor, ConsumerTarget consumer) {
    StoredMessage message = back.message;
    if (message == null) {
      bodyWanted = true;
      return null;
    }
    returned.remove(back);
    if (back.sequence >= loadFrom) {
      takenAhead.add(back.sequence);
    }
    keep(-size(back.bytes));
    return new OutDelivery(cursor, consumer, message, back);
  }

  /** Hands out the message in this slot of the window. */
  OutDelivery takeSlot(long slot, LogCursor cursor, ConsumerTarget consumer) {
    StoredMessage message = window().take(slot);
    keep(-size(message.bytes()));
    return new OutDelivery(cursor, consumer, message, null);
  }

  /** Hands out a message that so far was on disk only. */
  OutDelivery takeAhead(Examined.Find find, LogCursor cursor, ConsumerTarget consumer) {
    takenAhead.add(find.message().sequence());
    return new OutDelivery(
        cursor, consumer, find.message(), new ReturnedMessage(find.message(), find.failures()));
  }

  /** Whether a message beyond the window is somewhere else than on disk. */
  boolean isElsewhere(long sequence) {
    return isHeld(sequence) || returned.get(sequence) != null;
  }

  /** A delivery has ended; true when its message was taken from beyond the window. */
  boolean ended(long sequence) {
    return !takenAhead.isEmpty() && takenAhead.remove(sequence);
  }

  Window window() {
    if (window == null) {
      window = new Window();
    }
    return window;
  }

  ReturnedMessages returned() {
    return returned;
  }

  /** The sequence from which on messages are on disk only. */
  long loadFrom() {
    return loadFrom;
  }

  /** The sequence after the last message. */
  long end() {
    return end;
  }

  /** A body that has left the memory is needed. */
  void wantBodies() {
    bodyWanted = true;
  }

  /** Whether there is nothing for this consumer, in memory or on disk. */
  boolean exhaustedFor(ConsumerTarget consumer) {
    boolean nothingFresh = loadFrom >= end && (window == null || window.isEmpty());
    return (nothingFresh || returned.isAsideFull()) && returned.firstFor(consumer) == null;
  }

  /** Whether something is to be read before the next messages can be handed out in full flow. */
  boolean incomplete() {
    return bodyWanted || (loadFrom < end && !filled());
  }

  /** Enough in memory for now; an empty window is never enough, whatever else takes memory. */
  boolean filled() {
    return window != null && !window.isEmpty() && kept > windowLimit / 2;
  }

  /** The message with this sequence, if its body is here and it is next in the window. */
  @Nullable StoredMessage inMemory(long sequence) {
    StoredMessage fresh = window == null ? null : window.peekFirst();
    if (fresh != null && fresh.sequence() == sequence) {
      return fresh;
    }
    ReturnedMessage back = returned.get(sequence);
    return back == null ? null : back.message;
  }

  boolean hasShunned() {
    return returned.hasShunned();
  }

  /** Puts a message back to its place. */
  void giveBack(ReturnedMessage back) {
    if (back.message != null) {
      long size = size(back.bytes);
      if (kept + size > windowLimit || !budget.windowHasRoom(size)) {
        back.message = null;
      } else {
        keep(size);
      }
    }
    back.shunned = back.shunned == null ? null : back.shunned.living();
    returned.add(back);
  }

  /** A consumer has gone: what only it shunned is for everybody again. */
  void forgetShunning() {
    returned.forgetShunning();
  }

  /**
   * Starts over from what the store says; also the way a cursor starts.
   *
   * @param out sequences that are out at consumers, in any order
   */
  void rebuild(StoreView.LogView log, StoreView.CursorView cursor, long[] out) {
    end = log.nextSequence();
    returned.removeAcknowledged(cursor);
    unreadable = 0;
    restartAt(cursor.nextUnacknowledged(log.firstSequence()), out);
  }

  /** Lets the bodies go; what waits is read again when somebody wants it. */
  void evict(long[] out) {
    StoredMessage first = window == null ? null : window.peekFirst();
    restartAt(first == null ? loadFrom : first.sequence(), out);
  }

  private void restartAt(long from, long[] out) {
    loadFrom = from;
    window = null;
    long[] all = Arrays.copyOf(out, out.length + returned.size());
    int n = out.length;
    for (ReturnedMessage message : returned.all()) {
      message.message = null;
      all[n++] = message.sequence;
    }
    keep(-kept);
    held = Arrays.stream(all).filter(s -> s >= from).sorted().toArray();
    takenAhead.clear();
  }

  /** The log is gone, or emptied of all that is not out. */
  void clear() {
    returned.clear();
    window = null;
    keep(-kept);
    held = NONE;
    takenAhead.clear();
    unreadable = 0;
    loadFrom = end;
  }

  /**
   * The chunks to read next: those of returned messages whose bodies are needed, else those from
   * {@code loadFrom} on. Empty when nothing is missing or there is enough in memory.
   */
  List<ChunkInfo> chunksToRead(StoreView.LogView log, long readAheadBytes) {
    List<ChunkInfo> chunks = new ArrayList<>();
    long bytes = 0;
    for (ReturnedMessage message : bodyWanted ? returned.bodiless() : NO_MESSAGES) {
      ChunkInfo chunk = log.chunkAtOrAfter(message.sequence);
      boolean seen = !chunks.isEmpty() && chunks.get(chunks.size() - 1).equals(chunk);
      if (chunk != null && !seen && bytes < readAheadBytes) {
        chunks.add(chunk);
        bytes += chunk.bytes();
      }
    }
    if (!chunks.isEmpty() || filled()) {
      return chunks;
    }
    chunks = chunksFrom(loadFrom, log, readAheadBytes);
    if (chunks.isEmpty()) {
      loadFrom = end;
    }
    return chunks;
  }

  /** Chunks from a sequence on, some bytes of them. */
  List<ChunkInfo> chunksFrom(long first, StoreView.LogView log, long readAheadBytes) {
    List<ChunkInfo> chunks = new ArrayList<>();
    long bytes = 0;
    long from = first;
    while (from < end && bytes < readAheadBytes) {
      ChunkInfo chunk = log.chunkAtOrAfter(from);
      if (chunk == null) {
        break;
      }
      chunks.add(chunk);
      bytes += chunk.bytes();
      from = chunk.endSequence();
    }
    return chunks;
  }

  /** A chunk has been read. */
  void loaded(ChunkInfo chunk, List<StoredMessage> messages, StoreView.CursorView cursor) {
    bodyWanted = false;
    boolean extend = chunk.endSequence() > loadFrom && loadFrom < end;
    for (StoredMessage message : messages) {
      long sequence = message.sequence();
      if (sequence >= loadFrom && extend && !isElsewhere(sequence)) {
        if (!cursor.acknowledged(sequence)) {
          admit(message, cursor.history(sequence).failures());
        }
      } else {
        refill(message);
      }
    }
    if (extend) {
      passed(chunk);
    }
  }

  private void admit(StoredMessage message, int failures) {
    if (failures == 0) {
      push(message);
    } else {
      returned.add(new ReturnedMessage(message, failures));
      keep(size(message.bytes()));
    }
  }

  private void refill(StoredMessage message) {
    ReturnedMessage back = returned.get(message.sequence());
    if (back != null && back.message == null) {
      back.message = message;
      keep(size(back.bytes));
    }
  }

  private void passed(ChunkInfo chunk) {
    loadFrom = chunk.endSequence();
    if (held.length > 0 && held[held.length - 1] < loadFrom) {
      held = NONE;
    }
  }

  /** A chunk does not verify: its messages stay in the log and are not delivered. */
  void unreadable(ChunkInfo chunk, StoreView.CursorView cursor) {
    bodyWanted = false;
    for (ReturnedMessage message : returned.all()) {
      if (message.sequence >= chunk.firstSequence()
          && message.sequence < chunk.endSequence()
          && message.message == null) {
        returned.remove(message);
        unreadable++;
      }
    }
    if (chunk.endSequence() > loadFrom && loadFrom < end) {
      for (long s = Math.max(loadFrom, chunk.firstSequence()); s < chunk.endSequence(); s++) {
        if (!cursor.acknowledged(s) && !isElsewhere(s)) {
          unreadable++;
        }
      }
      passed(chunk);
    }
  }

  /** A delivery whose body could not be read again leaves the game as unreadable. */
  void lost() {
    unreadable++;
  }

  long unreadable() {
    return unreadable;
  }

  long keptBytes() {
    return kept;
  }

  private boolean isHeld(long sequence) {
    return (held.length > 0 && Arrays.binarySearch(held, sequence) >= 0)
        || (!takenAhead.isEmpty() && takenAhead.contains(sequence));
  }

  private void push(StoredMessage message) {
    window().addLast(message);
    keep(size(message.bytes()));
  }

  private void keep(long bytes) {
    kept += bytes;
    budget.window(bytes);
  }

  private static long size(int bytes) {
    return bytes + (long) OVERHEAD_BYTES;
  }
}
