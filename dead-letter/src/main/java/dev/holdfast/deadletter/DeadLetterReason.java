package dev.holdfast.deadletter;

import java.util.Optional;

/** Why a message ended in a dead-letter queue. */
public enum DeadLetterReason {
  /** A consumer rejected it. */
  REJECTED("rejected"),
  /** Its deliveries failed as often as the node allows. */
  MAX_DELIVERIES("max-deliveries"),
  /** Its time to live ran out before anybody was done with it. */
  EXPIRED("expired"),
  /** It made room for a newer one on a full node. */
  OVERFLOW("overflow"),
  /** The node it was to go to is not there any more. */
  NO_ROUTE("no-route"),
  /** It has been dead-lettered too often: nodes send their dead letters round in a circle. */
  HOP_LIMIT("hop-limit"),
  /** Its stored bytes cannot be read. */
  UNREADABLE("unreadable");

  private final String code;

  DeadLetterReason(String code) {
    this.code = code;
  }

  /** The stable word that annotations, the API and metrics use. */
  public String code() {
    return code;
  }

  /** The reason with this code. */
  public static Optional<DeadLetterReason> of(String code) {
    for (DeadLetterReason reason : values()) {
      if (reason.code.equals(code)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }
}
