package dev.holdfast.broker.domain.owner;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one cursor that were next, when their group was not for who asked: so they do not
 * hold up those behind them. In order by the consumer that holds their group, and apart from that
 * those that are for nobody at the moment. Owner thread.
 */
final class SetAside {
  /** As many may be here before the next one holds up all behind it. */
  private static final int MOST = 8_192;

  private final IdentityHashMap<ConsumerTarget, TreeMap<Long, ReturnedMessage>> byHolder =
      new IdentityHashMap<>(4);
  private final TreeMap<Long, ReturnedMessage> blocked = new TreeMap<>();
  private int size;

  boolean isFull() {
    return size >= MOST;
  }

  int size() {
    return size;
  }

  /** Puts it where its group's state says; false when it is for everybody. */
  boolean add(ReturnedMessage message) {
    MessageGroup group = message.group;
    if (group == null || (!group.isBlocked() && group.holder == null)) {
      return false;
    }
    if (group.isBlocked() || group.holder == null) {
      blocked.put(message.sequence, message);
    } else {
      byHolder.computeIfAbsent(group.holder, h -> new TreeMap<>()).put(message.sequence, message);
    }
    size++;
    return true;
  }

  /** True when it was here. */
  boolean remove(ReturnedMessage message) {
    boolean was = blocked.remove(message.sequence, message);
    if (!was) {
      for (TreeMap<Long, ReturnedMessage> some : byHolder.values()) {
        was = was || some.remove(message.sequence, message);
      }
    }
    size -= was ? 1 : 0;
    return was;
  }

  /** The lowest one of the groups that this consumer holds. */
  @Nullable ReturnedMessage firstFor(ConsumerTarget consumer) {
    TreeMap<Long, ReturnedMessage> mine = byHolder.get(consumer);
    return mine == null || mine.isEmpty() ? null : mine.firstEntry().getValue();
  }

  @Nullable ReturnedMessage get(long sequence) {
    ReturnedMessage found = blocked.get(sequence);
    for (TreeMap<Long, ReturnedMessage> some : byHolder.values()) {
      found = found == null ? some.get(sequence) : found;
    }
    return found;
  }

  /** All, those that are for somebody first. */
  List<ReturnedMessage> all() {
    List<ReturnedMessage> all = new ArrayList<>(size);
    byHolder.values().forEach(some -> all.addAll(some.values()));
    all.addAll(blocked.values());
    return all;
  }

  void clear() {
    byHolder.clear();
    blocked.clear();
    size = 0;
  }
}
