package dev.holdfast.deadletter;

/** Why a message ended in a dead-letter queue. */
public enum DeadLetterReason {
  /** A consumer rejected it. */
  REJECTED("rejected"),
  /** Its deliveries failed as often as the node allows. */
  MAX_DELIVERIES("max-deliveries");

  private final String code;

  DeadLetterReason(String code) {
    this.code = code;
  }

  /** The stable word that annotations, the API and metrics use. */
  public String code() {
    return code;
  }
}
