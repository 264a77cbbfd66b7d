package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.StoredMessage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Messages in the order of their sequences: taken from the front, or, by those that choose, from
 * the middle.
 *
 * <p>A ring of slots. What is taken from the middle leaves a hole; once there are more holes than
 * messages they are closed. Slots have numbers that grow with the sequences and stay the same until
 * the ring is rearranged, so that a scan goes on where it was without a search.
 */
final class Window {
  private static final int INITIAL = 16;

  /** An empty ring larger than this is given back. */
  private static final int LARGE = 4_096;

  private @Nullable StoredMessage[] messages = new @Nullable StoredMessage[INITIAL];

  /** Also of holes. */
  private long[] sequences = new long[INITIAL];

  /** Numbers of the first slot in use and of the one after the last; the first is no hole. */
  private long head;

  private long tail;
  private int holes;
  private long numbering;

  boolean isEmpty() {
    return head == tail;
  }

  @Nullable StoredMessage peekFirst() {
    return head == tail ? null : messages[slot(head)];
  }

  @Nullable StoredMessage pollFirst() {
    return head == tail ? null : take(head);
  }

  void addLast(StoredMessage message) {
    if (tail - head == messages.length) {
      rearrange(messages.length * 2);
    }
    messages[slot(tail)] = message;
    sequences[slot(tail)] = message.sequence();
    tail++;
  }

  /** The number after the last slot's. */
  long tail() {
    return tail;
  }

  /** Changes when slots get other numbers. */
  long numbering() {
    return numbering;
  }

  /** The number of the first slot whose message's sequence is at least this. */
  long slotFrom(long sequence) {
    long low = head;
    long high = tail;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (sequences[slot(middle)] < sequence) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The first slot at or after this one that is no hole; {@link #tail()} when there is none. */
  long nextTaken(long number) {
    long at = Math.max(number, head);
    while (at < tail && messages[slot(at)] == null) {
      at++;
    }
    return at;
  }

  /** Whether this slot has the message with this sequence. */
  boolean holds(long number, long sequence) {
    return number >= head
        && number < tail
        && sequences[slot(number)] == sequence
        && messages[slot(number)] != null;
  }

  /** The message in this slot. */
  StoredMessage get(long number) {
    StoredMessage message = messages[slot(number)];
    if (message == null) {
      throw new IllegalStateException("slot " + number + " is a hole");
    }
    return message;
  }

  /** Takes the message out of this slot. */
  StoredMessage take(long number) {
    StoredMessage message = get(number);
    messages[slot(number)] = null;
    if (number == head) {
      head++;
      while (head < tail && messages[slot(head)] == null) {
        head++;
        holes--;
      }
      if (head == tail && messages.length > LARGE) {
        rearrange(INITIAL);
      }
    } else {
      holes++;
      if (holes > INITIAL && holes > (tail - head) / 2) {
        rearrange(messages.length);
      }
    }
    return message;
  }

  /** Takes out what the predicate says of; it may be asked in any order, once each. */
  void removeIf(Predicate<StoredMessage> gone) {
    boolean any = false;
    for (long at = head; at < tail; at++) {
      StoredMessage message = messages[slot(at)];
      if (message != null && gone.test(message)) {
        messages[slot(at)] = null;
        any = true;
      }
    }
    if (any) {
      rearrange(messages.length);
    }
  }

  /** Closes the holes, in arrays of this length. */
  private void rearrange(int length) {
    @Nullable StoredMessage[] to = new @Nullable StoredMessage[length];
    long[] toSequences = new long[length];
    int count = 0;
    for (long at = head; at < tail; at++) {
      StoredMessage message = messages[slot(at)];
      if (message != null) {
        to[count] = message;
        toSequences[count] = sequences[slot(at)];
        count++;
      }
    }
    messages = to;
    sequences = toSequences;
    holes = 0;
    head = 0;
    tail = count;
    numbering++;
  }

  private int slot(long number) {
    return (int) (number & (messages.length - 1));
  }
}
