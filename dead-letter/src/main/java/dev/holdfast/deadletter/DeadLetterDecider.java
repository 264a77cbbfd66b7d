package dev.holdfast.deadletter;

/** The one place that decides about messages that were not consumed. Pure. */
public final class DeadLetterDecider {

  private DeadLetterDecider() {}

  /**
   * What is known when a delivery ends.
   *
   * @param failuresBefore how many deliveries had failed before this one
   * @param nowMs epoch milliseconds
   * @param askedMs the moment before which the consumer does not want it, 0 none
   * @param draw evenly distributed, from 0 to below 1: the luck that jitter needs
   */
  public record Attempt(int failuresBefore, long nowMs, long askedMs, double draw) {}

  /** A consumer said {@code rejected}: it will never want this message. */
  public static Verdict rejected(int failuresBefore) {
    return new Verdict.DeadLetter(DeadLetterReason.REJECTED, counted(failuresBefore));
  }

  /** The same, where there is no place for dead letters: it stays for somebody else. */
  public static Verdict rejectedForEver(int failuresBefore) {
    return new Verdict.Redeliver(counted(failuresBefore));
  }

  /** A delivery failed. */
  public static Verdict failed(Failure failure, Attempt attempt, RetryPolicy policy) {
    if (!policy.counted().contains(failure)) {
      return givenBack(attempt);
    }
    int failures = counted(attempt.failuresBefore());
    return failures >= policy.maxDeliveries()
        ? new Verdict.DeadLetter(DeadLetterReason.MAX_DELIVERIES, failures)
        : again(failure, failures, attempt, policy.backoff());
  }

  /**
   * A delivery failed and nothing else can be done: there is no dead-letter queue behind this one,
   * or it cannot be written now. It is tried as long as it takes.
   */
  public static Verdict failedForEver(Failure failure, Attempt attempt, RetryPolicy policy) {
    return again(failure, counted(attempt.failuresBefore()), attempt, policy.backoff());
  }

  /** A message comes back that was not failed: released, or modified without delivery-failed. */
  public static Verdict givenBack(Attempt attempt) {
    return notBefore(attempt.failuresBefore(), attempt.askedMs(), attempt.nowMs());
  }

  /** A message's time has run out. */
  public static Verdict expired(int failuresBefore, boolean drop) {
    return leave(DeadLetterReason.EXPIRED, failuresBefore, drop);
  }

  /** A message makes room for a newer one. */
  public static Verdict overflown(int failuresBefore, boolean drop) {
    return leave(DeadLetterReason.OVERFLOW, failuresBefore, drop);
  }

  /**
   * Whether dead letters may still go to the node that the operator chose instead of the message's
   * own dead-letter queue, which never sends anything on: so every circle ends.
   *
   * @param hops how often the message has been dead-lettered before
   * @param limit most hops of a message
   */
  public static boolean mayTravel(int hops, int limit) {
    return hops < limit;
  }

  private static Verdict again(Failure failure, int failures, Attempt attempt, Backoff backoff) {
    if (attempt.askedMs() != 0 || !failure.backsOff()) {
      return notBefore(failures, attempt.askedMs(), attempt.nowMs());
    }
    long delay = backoff.delayMs(failures, attempt.draw());
    return notBefore(failures, attempt.nowMs() + delay, attempt.nowMs());
  }

  private static Verdict notBefore(int failures, long momentMs, long nowMs) {
    return momentMs > nowMs
        ? new Verdict.RedeliverAfter(failures, momentMs)
        : new Verdict.Redeliver(failures);
  }

  private static Verdict leave(DeadLetterReason reason, int failures, boolean drop) {
    return drop ? new Verdict.Drop(reason) : new Verdict.DeadLetter(reason, failures);
  }

  private static int counted(int failuresBefore) {
    return Math.min(failuresBefore + 1, RetryPolicy.MOST_DELIVERIES);
  }
}
