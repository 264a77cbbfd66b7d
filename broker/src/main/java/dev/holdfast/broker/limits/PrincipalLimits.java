package dev.holdfast.broker.limits;

/**
 * What one principal may use, over all its connections.
 *
 * @param connections at one time
 * @param links at one time
 * @param unsettled deliveries that its consumers have and have not settled; what comes after waits
 * @param bytesInFlight of messages it has sent and that are not stored; its sessions' windows close
 * @param messagesPerSecond it may send, by credit; 0: as many as fit
 * @param bytesPerSecond it may send, by credit and windows; 0: as many as fit
 * @param messageBytes of one message; nodes may take less
 * @param temporaryNodes at one time
 */
public record PrincipalLimits(
    int connections,
    int links,
    int unsettled,
    long bytesInFlight,
    int messagesPerSecond,
    long bytesPerSecond,
    long messageBytes,
    int temporaryNodes) {

  private static final long MIB = 1 << 20;

  /** SECURITY §8.2, and what a heap of 256 MB bears. */
  public static PrincipalLimits defaults() {
    return new PrincipalLimits(256, 16_384, 100_000, 64 * MIB, 0, 0, 1_024 * MIB, 256);
  }

  /** Whether it may send only so much in a second. */
  public boolean rated() {
    return messagesPerSecond > 0 || bytesPerSecond > 0;
  }
}
