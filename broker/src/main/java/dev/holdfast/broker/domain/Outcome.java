package dev.holdfast.broker.domain;

/** How a delivery ended (AMQP 1.0 part 3 §3.4). */
public sealed interface Outcome {

  /** Done with it. */
  record Accepted() implements Outcome {}

  /**
   * Not acceptable, will never be: dead-letter.
   *
   * @param condition the consumer's error condition, may be empty
   * @param description the consumer's words, may be empty
   */
  record Rejected(String condition, String description) implements Outcome {}

  /** Given back unused; costs nothing. */
  record Released() implements Outcome {}

  /**
   * Given back with a remark.
   *
   * @param deliveryFailed counts as a failed delivery
   * @param undeliverableHere never again to this consumer
   */
  record Modified(boolean deliveryFailed, boolean undeliverableHere) implements Outcome {}

  /** The one {@link Accepted}. */
  Outcome ACCEPTED = new Accepted();

  /** The one {@link Released}. */
  Outcome RELEASED = new Released();
}
