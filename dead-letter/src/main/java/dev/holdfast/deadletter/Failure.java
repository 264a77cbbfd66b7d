package dev.holdfast.deadletter;

import java.util.Optional;

/** How a delivery failed. */
public enum Failure {
  /** The consumer said so and is still there: {@code modified} with delivery-failed. */
  MODIFIED("modified"),
  /** The link or the connection was lost while the message was out. */
  LINK_LOST("link-lost"),
  /** The transaction that had consumed it was rolled back. */
  ROLLED_BACK("rolled-back"),
  /** The consumer kept it longer than the node allows without a word. */
  LOCK_EXPIRED("lock-expired");

  private final String code;

  Failure(String code) {
    this.code = code;
  }

  /** The stable word that definitions and the API use. */
  public String code() {
    return code;
  }

  /** The failure with this code. */
  public static Optional<Failure> of(String code) {
    for (Failure failure : values()) {
      if (failure.code.equals(code)) {
        return Optional.of(failure);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether the message may wait before it comes again. Only where the consumer itself has failed
   * it and lives on: after a lost link or a rollback the same consumer asks again at once and
   * expects what it had, before what follows it; waiting would let later messages overtake.
   */
  boolean backsOff() {
    return this == MODIFIED;
  }
}
