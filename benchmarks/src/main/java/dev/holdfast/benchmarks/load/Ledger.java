package dev.holdfast.benchmarks.load;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What arrived: each message once, and per consumer in the order its producer sent it.
 *
 * <p>Belongs to the loop that runs the consumers; the main thread reads it after that loop ended.
 */
final class Ledger {
  private final Map<Long, Track> tracks = new HashMap<>();
  private final int consumers;
  private @Nullable Track latest;
  private long unique;
  private long duplicates;
  private long outOfOrder;
  private long foreign;

  Ledger(int consumers) {
    this.consumers = consumers;
  }

  void record(int consumer, Payload.Marks marks) {
    Track track = track(marks.run, marks.producer);
    int sequence = Math.toIntExact(marks.sequence);
    if (track.seen.get(sequence)) {
      duplicates++;
    } else {
      track.seen.set(sequence);
      unique++;
    }
    if (marks.sequence <= track.last[consumer]) {
      outOfOrder++;
    }
    track.last[consumer] = marks.sequence;
  }

  /** Counts a message that this tool did not send. */
  void recordForeign() {
    foreign++;
  }

  long unique() {
    return unique;
  }

  long duplicates() {
    return duplicates;
  }

  long outOfOrder() {
    return outOfOrder;
  }

  long foreign() {
    return foreign;
  }

  /** How many of the messages a producer saw accepted did not arrive. */
  long lost(int run, int producer, BitSet accepted) {
    BitSet missing = (BitSet) accepted.clone();
    missing.andNot(track(run, producer).seen);
    return missing.cardinality();
  }

  /** Messages missing between the first and the last that arrived of each producer. */
  long gaps() {
    long gaps = 0;
    for (Track track : tracks.values()) {
      int first = track.seen.nextSetBit(0);
      gaps += first < 0 ? 0 : track.seen.length() - first - track.seen.cardinality();
    }
    return gaps;
  }

  private Track track(int run, int producer) {
    Track known = latest;
    if (known != null && known.run == run && known.producer == producer) {
      return known;
    }
    long key = ((long) run << 32) | (producer & 0xffff_ffffL);
    Track found = tracks.computeIfAbsent(key, absent -> new Track(run, producer, consumers));
    latest = found;
    return found;
  }

  /** One producer's messages. */
  private static final class Track {
    private final int run;
    private final int producer;
    private final BitSet seen = new BitSet();
    private final long[] last;

    Track(int run, int producer, int consumers) {
      this.run = run;
      this.producer = producer;
      last = new long[consumers];
      Arrays.fill(last, -1);
    }
  }
}
