package dev.holdfast.broker.domain.owner;

import java.util.HashSet;
import java.util.Set;

/** What leaves a cursor's log in the batch under way without a consumer being done with it. */
final class Departures {
  private Set<Long> sequences = Set.of();
  private long bytes;

  void add(long sequence, long messageBytes) {
    if (sequences.isEmpty()) {
      sequences = new HashSet<>();
    }
    sequences.add(sequence);
    bytes += messageBytes;
  }

  boolean contains(long sequence) {
    return sequences.contains(sequence);
  }

  int count() {
    return sequences.size();
  }

  long bytes() {
    return bytes;
  }

  /** They have left, or stay after all. */
  Set<Long> take() {
    Set<Long> taken = sequences;
    sequences = Set.of();
    bytes = 0;
    return taken;
  }
}
