package dev.holdfast.broker.domain;

import org.jspecify.annotations.Nullable;

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
   * @param deliverAtMs not before this moment, in epoch milliseconds (annotation {@code
   *     x-opt-delivery-time} of the outcome), 0 none
   * @param annotations an AMQP map that takes the place of {@link Delivery#annotations()} from now
   *     on: the consumer's message annotations, merged by the edge with those that the delivery
   *     had; null: no change
   */
  record Modified(
      boolean deliveryFailed,
      boolean undeliverableHere,
      long deliverAtMs,
      byte @Nullable [] annotations)
      implements Outcome {

    /** One without annotations. */
    public Modified(boolean deliveryFailed, boolean undeliverableHere) {
      this(deliveryFailed, undeliverableHere, 0, null);
    }
  }

  /** The one {@link Accepted}. */
  Outcome ACCEPTED = new Accepted();

  /** The one {@link Released}. */
  Outcome RELEASED = new Released();
}
