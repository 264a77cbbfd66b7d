package dev.holdfast.broker.domain.owner;

/**
 * What transactions may hold.
 *
 * @param open transactions of one connection that are not discharged
 * @param operations messages sent and outcomes given in one transaction
 * @param bytes what one transaction may keep in memory
 * @param totalBytes the same for all transactions together
 * @param idleMs a transaction with work in it is rolled back after so many milliseconds without
 *     more
 */
public record TransactionLimits(
    int open, int operations, long bytes, long totalBytes, long idleMs) {

  private static final long MIB = 1 << 20;

  /** What a broker on one host with a heap of 256 MB uses. */
  public static TransactionLimits defaults() {
    return new TransactionLimits(256, 100_000, 32 * MIB, 64 * MIB, 300_000);
  }
}
