package dev.holdfast.deadletter;

import java.util.Optional;

/**
 * Which dead letters go back, and where to. Pure.
 *
 * @param reason only those that died for this; empty: for whatever reason
 * @param diedBeforeMs only those that died before this moment, epoch milliseconds; 0: whenever
 * @param fromSequence only those from this sequence in the dead-letter queue on
 * @param toSequence only those up to this sequence
 */
public record Redrive(
    Optional<DeadLetterReason> reason, long diedBeforeMs, long fromSequence, long toSequence) {

  /** Everything. */
  public static final Redrive ALL = new Redrive(Optional.empty(), 0, 0, Long.MAX_VALUE);

  /** How often a message may have died and still be redriven with others, if nobody says more. */
  public static final int MAX_HOPS = 10;

  /** The same, no further than to this sequence. */
  public Redrive upTo(long sequence) {
    return new Redrive(reason, diedBeforeMs, fromSequence, Math.min(toSequence, sequence));
  }

  /**
   * Whether a dead letter is one of them.
   *
   * @param sequence in the dead-letter queue
   * @param enqueuedMs when it came there, epoch milliseconds
   * @param death why it did; empty for a message that somebody sent there
   */
  public boolean matches(long sequence, long enqueuedMs, Optional<DeathRecord> death) {
    if (sequence < fromSequence || sequence > toSequence) {
      return false;
    }
    long diedMs = death.map(DeathRecord::diedMs).orElse(enqueuedMs);
    return (diedBeforeMs == 0 || diedMs < diedBeforeMs)
        && (reason.isEmpty() || reason.equals(death.map(DeathRecord::reason)));
  }

  /**
   * Whether a message may go back once more: what dies again and again must not go round for ever.
   *
   * @param maxHops how often it may have died
   */
  public static boolean mayGoBack(Optional<DeathRecord> death, int maxHops) {
    return death.map(DeathRecord::hops).orElse(0) <= maxHops;
  }

  /**
   * The node that a message goes to.
   *
   * @param chosen by the operator; empty: back to where it came from
   * @param own the node that the dead-letter queue belongs to
   */
  public static String destination(Optional<DeathRecord> death, String chosen, String own) {
    return chosen.isEmpty() ? death.map(d -> d.origin().node()).orElse(own) : chosen;
  }
}
