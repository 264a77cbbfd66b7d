package dev.holdfast.broker.amqp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A session's deliveries that the peer has not settled, by delivery-id. Ids are given in sequence
 * and settled nearly in sequence: a ring finds them by index. What is held much longer than the
 * rest moves to a map, so that one slow message does not make the ring grow. Event-loop thread.
 *
 * @param <T> what is kept
 */
final class Unsettled<T> {

  private static final int FIRST_SLOTS = 64;
  private static final int MAX_SLOTS = 16 * 1024;

  private @Nullable Object[] ring = new @Nullable Object[FIRST_SLOTS];
  private final Map<Integer, T> old = new HashMap<>();
  private int base;
  private int next;
  private int live;

  int size() {
    return live;
  }

  /** Keeps {@code value} under the next id, which must follow the last one. */
  void add(int id, T value) {
    if (live == old.size()) {
      base = id;
    }
    next = id + 1;
    while (next - base > ring.length) {
      makeRoom();
    }
    ring[id & (ring.length - 1)] = value;
    live++;
  }

  private void makeRoom() {
    if (ring.length < MAX_SLOTS) {
      @Nullable Object[] larger = new @Nullable Object[ring.length * 2];
      for (int i = base; i != next - 1; i++) {
        larger[i & (larger.length - 1)] = ring[i & (ring.length - 1)];
      }
      ring = larger;
      return;
    }
    T oldest = inRing(base);
    if (oldest != null) {
      old.put(base, oldest);
      ring[base & (ring.length - 1)] = null;
    }
    base++;
  }

  @SuppressWarnings("unchecked")
  private @Nullable T inRing(int id) {
    return (T) ring[id & (ring.length - 1)];
  }

  private boolean coveredByRing(int id) {
    return id - base >= 0 && id - next < 0;
  }

  @Nullable T get(int id) {
    return coveredByRing(id) ? inRing(id) : old.get(id);
  }

  @Nullable T remove(int id) {
    T value;
    if (coveredByRing(id)) {
      value = inRing(id);
      ring[id & (ring.length - 1)] = null;
      while (base != next && ring[base & (ring.length - 1)] == null) {
        base++;
      }
    } else {
      value = old.remove(id);
    }
    if (value != null) {
      live--;
    }
    return value;
  }

  /**
   * Calls {@code each} with the live ids from {@code first} to {@code last}; it may remove them.
   * Costs no more than the smaller of the range and what is live.
   */
  void forRange(int first, int last, IntConsumer each) {
    long span = Integer.toUnsignedLong(last - first);
    if (span <= live) {
      for (int id = first; id != last + 1; id++) {
        if (get(id) != null) {
          each.accept(id);
        }
      }
      return;
    }
    within(first, last).forEach(each::accept);
  }

  /** The live ids from {@code first} to {@code last}: never more work than there are live ones. */
  private List<Integer> within(int first, int last) {
    long span = Integer.toUnsignedLong(last - first);
    List<Integer> ids = new ArrayList<>();
    for (int id : old.keySet()) {
      if (Integer.toUnsignedLong(id - first) <= span) {
        ids.add(id);
      }
    }
    ids.sort((a, b) -> a - b);
    for (int id = base; id != next; id++) {
      if (Integer.toUnsignedLong(id - first) <= span && inRing(id) != null) {
        ids.add(id);
      }
    }
    return ids;
  }

  /** The id of the first that {@code wanted} says; null: there is none. Looks at all. */
  @Nullable Integer find(Predicate<T> wanted) {
    for (int id : within(base, base - 1)) {
      T value = get(id);
      if (value != null && wanted.test(value)) {
        return id;
      }
    }
    return null;
  }

  /** Forgets all that {@code gone} says. */
  void removeIf(Predicate<T> gone) {
    for (int id : within(base, base - 1)) {
      T value = get(id);
      if (value != null && gone.test(value)) {
        remove(id);
      }
    }
  }
}
