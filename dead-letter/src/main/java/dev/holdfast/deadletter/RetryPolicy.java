package dev.holdfast.deadletter;

/**
 * How often a node tries to deliver one message.
 *
 * @param maxDeliveries failed deliveries after which the message is dead-lettered; at least 1
 */
public record RetryPolicy(int maxDeliveries) {

  /** Ten deliveries. */
  public static final RetryPolicy DEFAULT = new RetryPolicy(10);

  /** Refuses a policy that would never deliver. */
  public RetryPolicy {
    if (maxDeliveries < 1) {
      throw new IllegalArgumentException("maxDeliveries must be at least 1, not " + maxDeliveries);
    }
  }
}
