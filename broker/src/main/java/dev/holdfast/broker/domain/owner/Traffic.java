package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.Statistics;
import dev.holdfast.deadletter.DeadLetterReason;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What has gone through the broker since it started: plain numbers, so that counting costs nothing.
 * What is stored is counted when it is committed. Owner thread.
 */
final class Traffic {
  private static final String[] OUTCOMES = {"accepted", "rejected", "released", "modified"};

  final CommitTimes commits = new CommitTimes();
  private final Tally<NodeError.Code> refused = new Tally<>(NodeError.Code.class);
  private final Tally<DeadLetterReason> deadLettered = new Tally<>(DeadLetterReason.class);
  private final long[] settled = new long[OUTCOMES.length];
  private long received;
  private long receivedBytes;
  private long duplicates;
  private long delivered;
  private long deliveredBytes;
  private long expired;

  /** A number for each constant. */
  private static final class Tally<E extends Enum<E>> {
    private final Map<E, long[]> counts;

    Tally(Class<E> type) {
      counts = new EnumMap<>(type);
      for (E constant : type.getEnumConstants()) {
        counts.put(constant, new long[1]);
      }
    }

    void add(E constant, long more) {
      long[] count = counts.get(constant);
      if (count != null) {
        count[0] += more;
      }
    }

    void clear() {
      counts.values().forEach(count -> count[0] = 0);
    }

    Map<E, Long> show() {
      Map<E, Long> shown = new LinkedHashMap<>();
      counts.forEach((constant, count) -> shown.put(constant, count[0]));
      return shown;
    }
  }

  /** What a batch that is not committed yet counts. */
  static final class Staged {
    private final Tally<DeadLetterReason> deadLettered = new Tally<>(DeadLetterReason.class);
    private int received;
    private long receivedBytes;
    private int expired;
    private boolean died;

    void received(long bytes) {
      received++;
      receivedBytes += bytes;
    }

    void expired() {
      expired++;
    }

    void deadLettered(DeadLetterReason reason) {
      deadLettered.add(reason, 1);
      died = true;
    }

    void clear() {
      received = 0;
      receivedBytes = 0;
      expired = 0;
      if (died) {
        died = false;
        deadLettered.clear();
      }
    }
  }

  /** The batch is committed. */
  void committed(Staged staged) {
    received += staged.received;
    receivedBytes += staged.receivedBytes;
    expired += staged.expired;
    if (staged.died) {
      staged.deadLettered.counts.forEach((reason, count) -> deadLettered.add(reason, count[0]));
    }
    staged.clear();
  }

  void refused(NodeError.Code code) {
    refused.add(code, 1);
  }

  void duplicate() {
    duplicates++;
  }

  void delivered(long bytes) {
    delivered++;
    deliveredBytes += bytes;
  }

  void settled(Outcome outcome) {
    settled[
        outcome instanceof Outcome.Accepted
            ? 0
            : outcome instanceof Outcome.Rejected
                ? 1
                : outcome instanceof Outcome.Released ? 2 : 3]++;
  }

  Statistics.Messages messages() {
    Map<String, Long> byOutcome = new LinkedHashMap<>();
    for (int i = 0; i < OUTCOMES.length; i++) {
      byOutcome.put(OUTCOMES[i], settled[i]);
    }
    return new Statistics.Messages(
        received,
        receivedBytes,
        duplicates,
        refused.show(),
        delivered,
        deliveredBytes,
        byOutcome,
        deadLettered.show(),
        expired);
  }
}
