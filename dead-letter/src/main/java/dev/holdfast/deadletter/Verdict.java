package dev.holdfast.deadletter;

/** What is to happen to a message. */
public sealed interface Verdict {

  /**
   * Back to its place, available at once.
   *
   * @param failures how many deliveries have failed, this one included when it counts
   */
  record Redeliver(int failures) implements Verdict {}

  /**
   * Back to its place, but not before a moment.
   *
   * @param failures how many deliveries have failed, this one included when it counts
   * @param notBeforeMs epoch milliseconds
   */
  record RedeliverAfter(int failures, long notBeforeMs) implements Verdict {}

  /**
   * Into a dead-letter queue.
   *
   * @param reason why
   * @param failures how many deliveries have failed
   */
  record DeadLetter(DeadLetterReason reason, int failures) implements Verdict {}

  /**
   * Removed for good.
   *
   * @param reason why
   */
  record Drop(DeadLetterReason reason) implements Verdict {}
}
