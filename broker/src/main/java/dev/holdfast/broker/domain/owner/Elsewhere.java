package dev.holdfast.broker.domain.owner;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Sequences of a cursor's messages that a read of the log must not bring in, because they are out
 * at consumers, returned or waiting already. Only those count at or after which the log has not
 * been read yet. Owner thread.
 */
final class Elsewhere {
  private static final long[] NONE = {};

  /** Those of the last restart; sorted. */
  private long[] held = NONE;

  /** Those that were taken from beyond the window since then, and are out or wait. */
  private final Set<Long> takenAhead = new HashSet<>(0);

  /**
   * Starts over.
   *
   * @param sequences in any order
   */
  void restart(long[] sequences) {
    held = sequences;
    Arrays.sort(held);
    takenAhead.clear();
  }

  void clear() {
    held = NONE;
    takenAhead.clear();
  }

  void add(long sequence) {
    takenAhead.add(sequence);
  }

  /** It is out no longer and waits no longer; true when it was added since the restart. */
  boolean remove(long sequence) {
    return !takenAhead.isEmpty() && takenAhead.remove(sequence);
  }

  /** Everything below has been read. */
  void passed(long sequence) {
    if (held.length > 0 && held[held.length - 1] < sequence) {
      held = NONE;
    }
  }

  boolean contains(long sequence) {
    return (held.length > 0 && Arrays.binarySearch(held, sequence) >= 0)
        || (!takenAhead.isEmpty() && takenAhead.contains(sequence));
  }
}
