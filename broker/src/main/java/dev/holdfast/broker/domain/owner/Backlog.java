package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What a cursor keeps in memory of the messages that wait in its log.
 *
 * <p>Invariants: every committed, unacknowledged message is exactly one of: out at a consumer;
 * returned (or shunned, or set aside); waiting for its moment, beside the backlog; in the window;
 * at or after {@code loadFrom} and only on disk; unreadable. The window holds messages in order,
 * without a gap that could be delivered, up to {@code loadFrom}; it reaches the log's end when
 * {@code loadFrom == end}.
 */
final class Backlog {
  private final MemoryBudget budget;
  private final long windowLimit;

  private @Nullable Window window;
  private final ReturnedMessages returned;

  private long kept;
  private long loadFrom = 1;
  private long end = 1;

  /** What is at or after {@code loadFrom} and not only on disk, returned messages aside. */
  private final Elsewhere elsewhere = new Elsewhere();

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
      long size = MemoryBudget.size(message.heldBytes());
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
    keep(-MemoryBudget.size(message.heldBytes()));
  }

  /** Puts one out of the way of those behind it, until its group is for somebody who asks. */
  void setAside(ReturnedMessage message, MessageGroup group) {
    message.group = group;
    if (message.message != null && kept <= windowLimit / 2) {
      keep(MemoryBudget.size(message.message.heldBytes()));
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
    takenAhead(back.sequence);
    keep(-MemoryBudget.size(message.heldBytes()));
    return new OutDelivery(cursor, consumer, message, back);
  }

  /** Hands out the message in this slot of the window. */
  OutDelivery takeSlot(long slot, LogCursor cursor, ConsumerTarget consumer) {
    StoredMessage message = window().take(slot);
    keep(-MemoryBudget.size(message.heldBytes()));
    return new OutDelivery(cursor, consumer, message, null);
  }

  /** Hands out a message that so far was on disk only. */
  OutDelivery takeAhead(Examined.Find find, LogCursor cursor, ConsumerTarget consumer) {
    long sequence = find.message().sequence();
    takenAhead(sequence);
    byte[] annotations = notes(cursor).of(cursor, sequence);
    ReturnedMessage history = new ReturnedMessage(find.message(), find.failures(), annotations);
    return new OutDelivery(cursor, consumer, find.message(), history);
  }

  /** Whether a message beyond the window is somewhere else than on disk. */
  boolean isElsewhere(long sequence) {
    return elsewhere.contains(sequence) || returned.get(sequence) != null;
  }

  /** A message at or after {@code loadFrom} is elsewhere than on disk until it {@link #ended}. */
  void takenAhead(long sequence) {
    if (sequence >= loadFrom) {
      elsewhere.add(sequence);
    }
  }

  /** A delivery or a wait has ended; true when its message was taken from beyond the window. */
  boolean ended(long sequence) {
    return elsewhere.remove(sequence);
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

  /** These have left the log, from wherever they were. */
  void remove(Set<Long> sequences) {
    for (long sequence : sequences) {
      ReturnedMessage back = returned.get(sequence);
      if (back != null) {
        returned.remove(back);
        keep(back.message == null ? 0 : -MemoryBudget.size(back.message.heldBytes()));
      }
    }
    if (window != null) {
      window.removeIf(
          message -> {
            boolean gone = sequences.contains(message.sequence());
            keep(gone ? -MemoryBudget.size(message.heldBytes()) : 0);
            return gone;
          });
    }
  }

  /** Puts a message back to its place. */
  void giveBack(ReturnedMessage back) {
    if (back.message != null) {
      long size = MemoryBudget.size(back.message.heldBytes());
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
   * @param others sequences that are out at consumers or wait for their moment, in any order
   */
  void rebuild(StoreView.LogView log, StoreView.CursorView cursor, long[] others) {
    end = log.nextSequence();
    returned.removeAcknowledged(cursor);
    unreadable = 0;
    restartAt(cursor.nextUnacknowledged(log.firstSequence()), others);
  }

  /** Lets the bodies go; what waits is read again when somebody wants it. */
  void evict(long[] others) {
    StoredMessage first = window == null ? null : window.peekFirst();
    restartAt(first == null ? loadFrom : first.sequence(), others);
  }

  private void restartAt(long from, long[] others) {
    loadFrom = from;
    window = null;
    LongStream back = Arrays.stream(returned.letBodiesGo());
    keep(-kept);
    elsewhere.restart(
        LongStream.concat(Arrays.stream(others), back).filter(s -> s >= from).toArray());
  }

  /** The log is gone, or emptied of all that is not out. */
  void clear() {
    returned.clear();
    window = null;
    keep(-kept);
    elsewhere.clear();
    unreadable = 0;
    loadFrom = end;
  }

  /**
   * The chunks to read next: those of returned messages whose bodies are needed, else those from
   * {@code loadFrom} on. Empty when nothing is missing or there is enough in memory.
   */
  Reading toRead(StoreView.LogView log, long readAheadBytes) {
    List<ChunkInfo> chunks = bodyWanted ? returned.chunksToRead(log, readAheadBytes) : List.of();
    if (!chunks.isEmpty() || filled()) {
      return new Reading(chunks, false);
    }
    chunks = chunksFrom(loadFrom, log, readAheadBytes);
    if (chunks.isEmpty()) {
      loadFrom = end;
    }
    return new Reading(chunks, true);
  }

  /** Chunks from a sequence on, some bytes of them. */
  List<ChunkInfo> chunksFrom(long first, StoreView.LogView log, long readAheadBytes) {
    return Reading.chunks(log, first, end, readAheadBytes);
  }

  /**
   * A chunk has been read for this cursor.
   *
   * @param onward as in {@link Reading}
   */
  void loaded(
      ChunkInfo chunk,
      List<StoredMessage> messages,
      boolean onward,
      StoreView.CursorView view,
      LogCursor cursor) {
    bodyWanted = false;
    boolean extend = onward && chunk.endSequence() > loadFrom && loadFrom < end;
    for (StoredMessage message : messages) {
      long sequence = message.sequence();
      if (sequence >= loadFrom && extend && !isElsewhere(sequence)) {
        if (!view.acknowledged(sequence)) {
          DeliveryHistory history = view.history(sequence);
          if (!cursor.waits(message, history.notBeforeMs())) {
            byte[] annotations = notes(cursor).of(cursor, sequence);
            admit(message, history.failures(), annotations);
          }
        }
      } else {
        refill(message);
      }
    }
    if (extend) {
      passed(chunk);
    }
  }

  private static KeptAnnotations notes(LogCursor cursor) {
    return cursor.subscription.notes.annotations;
  }

  private void admit(StoredMessage message, int failures, byte[] annotations) {
    if (failures == 0 && annotations.length == 0) {
      push(message);
    } else {
      returned.add(new ReturnedMessage(message, failures, annotations));
      keep(MemoryBudget.size(message.heldBytes()));
    }
  }

  private void refill(StoredMessage message) {
    ReturnedMessage back = returned.get(message.sequence());
    if (back != null && back.message == null) {
      back.message = message;
      keep(MemoryBudget.size(message.heldBytes()));
    }
  }

  private void passed(ChunkInfo chunk) {
    loadFrom = chunk.endSequence();
    elsewhere.passed(loadFrom);
  }

  /** A chunk does not verify: its messages stay in the log and are not delivered. */
  void unreadable(ChunkInfo chunk, boolean onward, StoreView.CursorView cursor) {
    bodyWanted = false;
    for (ReturnedMessage message : returned.all()) {
      if (message.sequence >= chunk.firstSequence()
          && message.sequence < chunk.endSequence()
          && message.message == null) {
        returned.remove(message);
        unreadable++;
      }
    }
    if (onward && chunk.endSequence() > loadFrom && loadFrom < end) {
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

  private void push(StoredMessage message) {
    window().addLast(message);
    keep(MemoryBudget.size(message.heldBytes()));
  }

  private void keep(long bytes) {
    kept += bytes;
    budget.window(bytes);
  }
}
