package dev.holdfast.deadletter;

/** The one place that decides about failed deliveries. Pure. */
public final class DeadLetterDecider {

  private DeadLetterDecider() {}

  /** A consumer said {@code rejected}: it will never want this message. */
  public static Verdict rejected(int failuresBefore) {
    return new Verdict.DeadLetter(DeadLetterReason.REJECTED, failuresBefore + 1);
  }

  /**
   * A delivery failed: {@code modified{delivery-failed}}, or its link was lost while it was out.
   */
  public static Verdict failed(int failuresBefore, RetryPolicy policy) {
    int failures = failuresBefore + 1;
    return failures >= policy.maxDeliveries()
        ? new Verdict.DeadLetter(DeadLetterReason.MAX_DELIVERIES, failures)
        : new Verdict.Redeliver(failures);
  }
}
