package dev.holdfast.storage;

/**
 * What one cursor keeps of an unacknowledged message that is not like the others.
 *
 * @param failures how often its delivery has failed, 0 to 65,535
 * @param notBeforeMs the moment before which it must not be delivered, epoch milliseconds; 0 none
 * @param firstFailedMs when a delivery failed for the first time; 0 when none has
 * @param lastFailedMs when one failed for the last time; 0 when none has
 */
public record DeliveryHistory(
    int failures, long notBeforeMs, long firstFailedMs, long lastFailedMs) {

  /** The largest {@link #failures()} that is kept. */
  public static final int MOST_FAILURES = 0xffff;

  /** Of a message that is like the others. */
  public static final DeliveryHistory NONE = new DeliveryHistory(0, 0, 0, 0);

  /** Refuses what cannot be kept. */
  public DeliveryHistory {
    if (failures < 0 || failures > MOST_FAILURES) {
      throw new IllegalArgumentException("failures " + failures);
    }
  }
}
