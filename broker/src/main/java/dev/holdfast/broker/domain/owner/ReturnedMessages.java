package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Messages with a history, by sequence: those for everybody, those that some consumer shunned, and
 * those that were set aside for the holder of their group, whose history that is. Allocates nothing
 * while empty, which it is in most queues.
 */
final class ReturnedMessages {
  private static final int MAX_BODILESS = 1_024;
  private static final List<ReturnedMessage> NONE = List.of();

  private @Nullable TreeMap<Long, ReturnedMessage> open;
  private @Nullable TreeMap<Long, ReturnedMessage> shunned;
  private @Nullable SetAside aside;
  private final MessageGroups groups;

  /** All of them; kept only once a consumer chooses. */
  private @Nullable TreeMap<Long, ReturnedMessage> byArrival;

  private long arrivals;

  ReturnedMessages(MessageGroups groups) {
    this.groups = groups;
  }

  /** From now on it can be asked for what has arrived. */
  void trackArrivals() {
    if (byArrival == null) {
      byArrival = new TreeMap<>();
      for (ReturnedMessage message : all()) {
        byArrival.put(message.arrival, message);
      }
    }
  }

  /** What has arrived after this number and is still here, in that order. */
  Collection<ReturnedMessage> arrivedAfter(long arrival) {
    return byArrival == null ? List.of() : byArrival.tailMap(arrival, false).values();
  }

  void add(ReturnedMessage message) {
    if (message.arrival == 0) {
      message.arrival = ++arrivals;
    }
    if (byArrival != null) {
      byArrival.put(message.arrival, message);
    }
    if (message.shunned != null) {
      if (shunned == null) {
        shunned = new TreeMap<>();
      }
      shunned.put(message.sequence, message);
    } else if (!setAside(message)) {
      if (open == null) {
        open = new TreeMap<>();
      }
      open.put(message.sequence, message);
    }
  }

  private boolean setAside(ReturnedMessage message) {
    MessageGroup group = message.group;
    if (group == null) {
      return false;
    }
    if (aside == null) {
      aside = new SetAside();
    }
    if (aside.add(message)) {
      groups.setAside(group);
      return true;
    }
    message.group = null;
    return false;
  }

  /** No more can be set aside. */
  boolean isAsideFull() {
    return aside != null && aside.isFull();
  }

  /** The state of groups has changed: what was set aside goes where it belongs now. */
  void regroup() {
    if (aside != null) {
      List<ReturnedMessage> all = aside.all();
      clearAside();
      all.forEach(this::add);
    }
  }

  private void clearAside() {
    if (aside != null) {
      for (ReturnedMessage message : aside.all()) {
        tookUp(message);
      }
      aside.clear();
    }
  }

  private void tookUp(ReturnedMessage message) {
    if (message.group != null) {
      groups.tookUp(message.group);
    }
  }

  void remove(ReturnedMessage message) {
    if (byArrival != null) {
      byArrival.remove(message.arrival);
    }
    if (aside != null && message.group != null && aside.remove(message)) {
      tookUp(message);
    } else if (message.shunned == null && open != null) {
      open.remove(message.sequence);
    } else if (shunned != null) {
      shunned.remove(message.sequence);
      if (shunned.isEmpty()) {
        shunned = null;
      }
    }
  }

  /** The lowest one that this consumer can get. */
  @Nullable ReturnedMessage firstFor(ConsumerTarget consumer) {
    Map.Entry<Long, ReturnedMessage> entry = open == null ? null : open.firstEntry();
    ReturnedMessage first = entry == null ? null : entry.getValue();
    ReturnedMessage mine = aside == null ? null : aside.firstFor(consumer);
    if (mine != null && (first == null || mine.sequence < first.sequence)) {
      first = mine;
    }
    if (shunned != null) {
      for (ReturnedMessage candidate : shunned.values()) {
        if (first != null && candidate.sequence > first.sequence) {
          break;
        }
        if (candidate.shunned == null || !candidate.shunned.by(consumer)) {
          return candidate;
        }
      }
    }
    return first;
  }

  @Nullable ReturnedMessage get(long sequence) {
    ReturnedMessage message = open == null ? null : open.get(sequence);
    if (message == null && aside != null) {
      message = aside.get(sequence);
    }
    return message != null || shunned == null ? message : shunned.get(sequence);
  }

  boolean isEmpty() {
    return size() == 0;
  }

  boolean hasShunned() {
    return shunned != null;
  }

  int size() {
    return (open == null ? 0 : open.size())
        + (shunned == null ? 0 : shunned.size())
        + (aside == null ? 0 : aside.size());
  }

  /** A consumer has gone: what only it shunned is for everybody again. */
  void forgetShunning() {
    if (shunned == null) {
      return;
    }
    TreeMap<Long, ReturnedMessage> all = shunned;
    shunned = null;
    for (ReturnedMessage message : all.values()) {
      message.shunned = message.shunned == null ? null : message.shunned.living();
      add(message);
    }
  }

  void removeAcknowledged(StoreView.CursorView cursor) {
    if (open != null) {
      open.values().removeIf(m -> cursor.acknowledged(m.sequence));
    }
    if (shunned != null) {
      shunned.values().removeIf(m -> cursor.acknowledged(m.sequence));
    }
    if (byArrival != null) {
      byArrival.values().removeIf(m -> cursor.acknowledged(m.sequence));
    }
    for (ReturnedMessage message : aside == null ? NONE : aside.all()) {
      if (cursor.acknowledged(message.sequence)) {
        remove(message);
      }
    }
  }

  /** The chunks of those whose bodies have left the memory, some bytes of them. */
  List<ChunkInfo> chunksToRead(StoreView.LogView log, long readAheadBytes) {
    List<ChunkInfo> chunks = new ArrayList<>();
    long bytes = 0;
    int bodiless = 0;
    for (ReturnedMessage message : all()) {
      if (message.message == null && bodiless++ < MAX_BODILESS && bytes < readAheadBytes) {
        ChunkInfo chunk = log.chunkAtOrAfter(message.sequence);
        boolean seen = !chunks.isEmpty() && chunks.get(chunks.size() - 1).equals(chunk);
        if (chunk != null && !seen) {
          chunks.add(chunk);
          bytes += chunk.heldBytes();
        }
      }
    }
    return chunks;
  }

  /** Keeps no body in memory; the sequences of all. */
  long[] letBodiesGo() {
    List<ReturnedMessage> all = all();
    long[] sequences = new long[all.size()];
    for (int i = 0; i < sequences.length; i++) {
      all.get(i).message = null;
      sequences[i] = all.get(i).sequence;
    }
    return sequences;
  }

  /** All, those for everybody first. */
  List<ReturnedMessage> all() {
    if (open == null && shunned == null && aside == null) {
      return NONE;
    }
    List<ReturnedMessage> all = new ArrayList<>(size());
    if (open != null) {
      all.addAll(open.values());
    }
    if (shunned != null) {
      all.addAll(shunned.values());
    }
    if (aside != null) {
      all.addAll(aside.all());
    }
    return all;
  }

  void clear() {
    open = null;
    shunned = null;
    if (byArrival != null) {
      byArrival.clear();
    }
    clearAside();
  }
}
