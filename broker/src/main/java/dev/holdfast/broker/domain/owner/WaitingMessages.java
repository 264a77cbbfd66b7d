package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one cursor that nobody may get before a moment, soonest first: a binary heap in two
 * arrays, 16 bytes a message, for there may be many. Their bodies and histories are in the store;
 * only who shunned them, their groups and some annotations are kept. While a message of a group
 * waits, so does its group. Owner thread.
 */
final class WaitingMessages {
  private static final long[] NONE = {};

  private long[] moments = NONE;
  private long[] sequences = NONE;
  private int size;
  private final Map<Long, Known> known = new HashMap<>(0);
  private final MessageGroups groups;

  /** What is kept of a message beside its sequence. */
  private record Known(
      @Nullable Shunned shunned, @Nullable MessageGroup group, byte[] annotations) {}

  private static final Known NOTHING = new Known(null, null, StoredMessage.NO_ATTRIBUTES);

  /** Of so many messages the annotations by consumers are kept. */
  private static final int MOST_ANNOTATED = 1_024;

  WaitingMessages(MessageGroups groups) {
    this.groups = groups;
  }

  int size() {
    return size;
  }

  /** When the first may be delivered, epoch milliseconds; the largest long: there is none. */
  long nextMs() {
    return size == 0 ? Long.MAX_VALUE : moments[0];
  }

  /** One that has been read. */
  void add(long momentMs, StoredMessage message) {
    String groupId = MessageAttributes.groupId(message.attributes());
    MessageGroup group = groupId == null ? null : groups.find(groupId);
    if (group != null) {
      know(message.sequence(), new Known(null, group, StoredMessage.NO_ATTRIBUTES));
    }
    add(momentMs, message.sequence());
  }

  /** One that comes back. */
  void add(long momentMs, ReturnedMessage message, @Nullable MessageGroup group) {
    boolean annotated = message.annotations.length > 0 && known.size() < MOST_ANNOTATED;
    if (message.shunned != null || group != null || annotated) {
      byte[] annotations = annotated ? message.annotations : StoredMessage.NO_ATTRIBUTES;
      know(message.sequence, new Known(message.shunned, group, annotations));
    }
    add(momentMs, message.sequence);
  }

  private void know(long sequence, Known what) {
    known.put(sequence, what);
    if (what.group != null) {
      groups.waits(what.group);
    }
  }

  private void add(long momentMs, long sequence) {
    if (size == moments.length) {
      moments = Arrays.copyOf(moments, size + Math.max(8, size >> 1));
      sequences = Arrays.copyOf(sequences, moments.length);
    }
    int at = size++;
    while (at > 0 && moments[(at - 1) >>> 1] > momentMs) {
      int parent = (at - 1) >>> 1;
      moments[at] = moments[parent];
      sequences[at] = sequences[parent];
      at = parent;
    }
    moments[at] = momentMs;
    sequences[at] = sequence;
  }

  /**
   * Takes out those whose wait is over; the ones that have left the log meanwhile are not given.
   */
  List<ReturnedMessage> end(StoreView.CursorView cursor, long nowMs) {
    List<ReturnedMessage> ended = new ArrayList<>();
    while (size > 0 && moments[0] <= nowMs) {
      long sequence = sequences[0];
      Known what = forget(sequence);
      if (!cursor.acknowledged(sequence)) {
        int failures = cursor.history(sequence).failures();
        ended.add(new ReturnedMessage(sequence, failures, what.shunned, what.annotations));
      }
      size--;
      place(0, moments[size], sequences[size]);
    }
    if (size == 0) {
      clear();
    }
    return ended;
  }

  /** What has left the log waits for nothing. */
  void removeAcknowledged(StoreView.CursorView cursor) {
    int left = 0;
    for (int i = 0; i < size; i++) {
      if (cursor.acknowledged(sequences[i])) {
        left(sequences[i]);
      } else {
        moments[left] = moments[i];
        sequences[left] = sequences[i];
        left++;
      }
    }
    size = left;
    for (int i = (size >>> 1) - 1; i >= 0; i--) {
      place(i, moments[i], sequences[i]);
    }
  }

  /** All of them, in any order. */
  long[] sequences() {
    return Arrays.copyOf(sequences, size);
  }

  void clear() {
    size = 0;
    moments = NONE;
    sequences = NONE;
    List.copyOf(known.keySet()).forEach(this::left);
  }

  /** A message waits no longer, although its place in the order may stay until its moment. */
  void left(long sequence) {
    forget(sequence);
  }

  private Known forget(long sequence) {
    Known gone = known.isEmpty() ? null : known.remove(sequence);
    if (gone == null) {
      return NOTHING;
    }
    if (gone.group != null) {
      groups.waitEnded(gone.group);
    }
    return gone;
  }

  /** Puts an element into the hole at {@code at}, or below it. */
  private void place(int at, long momentMs, long sequence) {
    int hole = at;
    while (2 * hole + 1 < size) {
      int child = 2 * hole + 1;
      if (child + 1 < size && moments[child + 1] < moments[child]) {
        child++;
      }
      if (momentMs <= moments[child]) {
        break;
      }
      moments[hole] = moments[child];
      sequences[hole] = sequences[child];
      hole = child;
    }
    if (hole < size) {
      moments[hole] = momentMs;
      sequences[hole] = sequence;
    }
  }
}
