package dev.holdfast.deadletter;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How often a node tries to deliver one message, and how long it waits in between.
 *
 * @param maxDeliveries failed deliveries after which the message is dead-lettered; 1 to {@value
 *     #MOST_DELIVERIES}
 * @param backoff the wait after a failure that its consumer reported
 * @param counted which failures count; the others cost nothing
 */
public record RetryPolicy(int maxDeliveries, Backoff backoff, Set<Failure> counted) {

  /** The largest {@link #maxDeliveries()}: what the store can count. */
  public static final int MOST_DELIVERIES = 65_535;

  /** What counts unless said otherwise: a lock that ran out does not, nothing is known of it. */
  public static final Set<Failure> COUNTED_BY_DEFAULT =
      Collections.unmodifiableSet(
          EnumSet.of(Failure.MODIFIED, Failure.LINK_LOST, Failure.ROLLED_BACK));

  /** Ten deliveries, {@link Backoff#DEFAULT}. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(10, Backoff.DEFAULT, COUNTED_BY_DEFAULT);

  /** Refuses a policy that would never deliver. */
  public RetryPolicy {
    if (maxDeliveries < 1 || maxDeliveries > MOST_DELIVERIES) {
      throw new IllegalArgumentException(
          "maxDeliveries must be 1 to " + MOST_DELIVERIES + ", not " + maxDeliveries);
    }
    counted = counted.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(counted));
  }

  /** The default with another number of deliveries. */
  public static RetryPolicy of(int maxDeliveries) {
    return new RetryPolicy(maxDeliveries, Backoff.DEFAULT, COUNTED_BY_DEFAULT);
  }

  /** One that never waits. */
  public static RetryPolicy atOnce(int maxDeliveries) {
    return new RetryPolicy(maxDeliveries, Backoff.NONE, COUNTED_BY_DEFAULT);
  }
}
