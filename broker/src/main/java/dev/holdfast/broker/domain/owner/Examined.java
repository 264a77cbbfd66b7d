package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a consumer that chooses has got with one cursor's messages.
 *
 * <p>Invariant: of the messages below {@code passed}, those that it can get are in {@code finds},
 * or were returned after it had passed them; nothing else there is looked at again. What is
 * returned is looked at once, each time it comes back.
 *
 * <p>While the window is full of what others may want, it reads on beyond the window for itself,
 * and keeps what it can get of that, a few bodies at most.
 */
final class Examined {
  private static final long MAX_FIND_BYTES = 256 << 10;

  final ConsumerTarget consumer;
  private final MessageFilter filter;
  private final MemoryBudget budget;

  /** Everything below has been looked at. */
  private long passed;

  /** Where {@code passed} lies in the window, as long as the slots are numbered like this. */
  private long slot;

  private long numbering = -1;

  /** What came back up to here has been looked at. */
  private long arrivalSeen;

  /** What came back and is for this consumer; some of it may have gone to another since. */
  private final TreeMap<Long, ReturnedMessage> matches = new TreeMap<>();

  /** Beyond the window, in order: for this consumer, unless another one took it. */
  private final ArrayDeque<Find> finds = new ArrayDeque<>();

  private long findBytes;

  /** A read beyond the window is under way. */
  boolean reading;

  /** A message on disk that its consumer can get, with its failed deliveries. */
  record Find(StoredMessage message, int failures) {}

  Examined(ConsumerTarget consumer, MessageFilter filter, MemoryBudget budget) {
    this.consumer = consumer;
    this.filter = filter;
    this.budget = budget;
  }

  /** Looks on in the window; the slot of the first message it can get, or -1. */
  long nextIn(Window window) {
    if (numbering != window.numbering()) {
      numbering = window.numbering();
      slot = window.slotFrom(passed);
    }
    slot = window.nextTaken(slot);
    while (slot < window.tail()) {
      StoredMessage message = window.get(slot);
      if (message.sequence() >= passed) {
        if (filter.matches(message, 0)) {
          return slot;
        }
        passed = message.sequence() + 1;
      }
      slot = window.nextTaken(slot + 1);
    }
    return -1;
  }

  /**
   * Looks at what has come back since the last time.
   *
   * @return false when it cannot, because a body has left the memory
   */
  boolean look(ReturnedMessages returned) {
    for (ReturnedMessage message : returned.arrivedAfter(arrivalSeen)) {
      StoredMessage body = message.message;
      if (body == null) {
        return false;
      }
      arrivalSeen = message.arrival;
      if (filter.matches(body, message.failures)) {
        matches.put(message.sequence, message);
      }
    }
    return true;
  }

  /** The first of what has come back that this consumer can get, or null. */
  @Nullable ReturnedMessage firstOf(ReturnedMessages returned) {
    Iterator<ReturnedMessage> candidates = matches.values().iterator();
    while (candidates.hasNext()) {
      ReturnedMessage candidate = candidates.next();
      Shunned shunned = candidate.shunned;
      boolean mine = shunned == null || !shunned.by(consumer);
      if (mine && returned.get(candidate.sequence) == candidate) {
        return candidate;
      }
      candidates.remove();
    }
    return null;
  }

  /** The first find, or null. */
  @Nullable Find firstFind() {
    return finds.peekFirst();
  }

  Find takeFind() {
    Find find = finds.removeFirst();
    account(-find.message().heldBytes());
    return find;
  }

  /** This message has gone from the log. */
  void gone(long sequence) {
    Iterator<Find> each = finds.iterator();
    while (each.hasNext()) {
      Find find = each.next();
      if (find.message().sequence() == sequence) {
        each.remove();
        account(-find.message().heldBytes());
        return;
      }
    }
  }

  /** The first sequence beyond the window, which it has looked at, that it has not. */
  long nextUnseen(long windowEnd) {
    return Math.max(passed, windowEnd);
  }

  /** The same, to be read from there on. */
  long readFrom(long windowEnd) {
    passed = nextUnseen(windowEnd);
    return passed;
  }

  /** Whether it has looked at everything below this. */
  boolean hasPassed(long end) {
    return passed >= end && finds.isEmpty();
  }

  /**
   * A chunk beyond the window has been read.
   *
   * @return false when it has found enough, and what follows is to be read again
   */
  boolean read(
      ChunkInfo chunk, List<StoredMessage> messages, StoreView.CursorView view, LogCursor cursor) {
    for (StoredMessage message : messages) {
      long sequence = message.sequence();
      if (sequence < passed
          || view.acknowledged(sequence)
          || cursor.backlog.isElsewhere(sequence)) {
        continue;
      }
      DeliveryHistory history = view.history(sequence);
      if (cursor.waitsAhead(message, history.notBeforeMs())) {
        continue;
      }
      int failures = history.failures();
      if (filter.matches(message, failures)) {
        if (findBytes > MAX_FIND_BYTES) {
          passed = sequence;
          return false;
        }
        finds.addLast(new Find(message, failures));
        account(message.heldBytes());
      }
    }
    passed = Math.max(passed, chunk.endSequence());
    return true;
  }

  /** A chunk beyond the window cannot be read at all. */
  void skip(ChunkInfo chunk) {
    passed = Math.max(passed, chunk.endSequence());
  }

  /** Lets the bodies go that it holds; what they belong to is looked at again. */
  void letGo() {
    Find first = finds.peekFirst();
    if (first != null) {
      passed = Math.min(passed, first.message().sequence());
    }
    finds.clear();
    account(-findBytes);
    numbering = -1;
  }

  private void account(long bytes) {
    findBytes += bytes;
    budget.window(bytes);
  }
}
