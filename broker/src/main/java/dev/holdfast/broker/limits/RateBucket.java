package dev.holdfast.broker.limits;

import java.util.function.LongSupplier;

/**
 * How much more may be taken now, when so much a second is allowed: what a second allows gathers at
 * most. Any thread; its methods exclude each other.
 */
public final class RateBucket {
  private static final double NANOS = 1e9;

  private final long perSecond;
  private final LongSupplier nanoTime;
  private double left;
  private long lookedNanos;

  /**
   * Makes a full one.
   *
   * @param perSecond 0: no limit
   */
  public RateBucket(long perSecond, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.nanoTime = nanoTime;
    this.left = (double) perSecond;
    this.lookedNanos = nanoTime.getAsLong();
  }

  /** Takes up to {@code wanted} and says how much that was. */
  public synchronized long take(long wanted) {
    if (perSecond == 0) {
      return wanted;
    }
    refill();
    long taken = Math.max(0, Math.min(wanted, (long) left));
    left -= (double) taken;
    return taken;
  }

  /** What had been taken and was not used after all. */
  public synchronized void giveBack(long amount) {
    left = Math.min((double) perSecond, left + (double) amount);
  }

  /** Something has come whose size nobody knew: perhaps more than there was. */
  public synchronized void charge(long amount) {
    if (perSecond > 0) {
      refill();
      left -= (double) amount;
    }
  }

  /** What could be taken now; the largest number when there is no limit. */
  public synchronized long available() {
    if (perSecond == 0) {
      return Long.MAX_VALUE;
    }
    refill();
    return (long) Math.floor(left);
  }

  private void refill() {
    long now = nanoTime.getAsLong();
    double gathered = (double) (now - lookedNanos) / NANOS * (double) perSecond;
    left = Math.min((double) perSecond, left + gathered);
    lookedNanos = now;
  }
}
