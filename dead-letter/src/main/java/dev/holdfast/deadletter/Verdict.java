package dev.holdfast.deadletter;

/** What is to happen to a message after a delivery ended without {@code accepted}. */
public sealed interface Verdict {

  /**
   * Back to its place, available at once.
   *
   * @param failures how many deliveries have failed, this one included when it counts
   */
  record Redeliver(int failures) implements Verdict {}

  /**
   * Into the node's dead-letter queue.
   *
   * @param reason why
   * @param failures how many deliveries have failed
   */
  record DeadLetter(DeadLetterReason reason, int failures) implements Verdict {}
}
