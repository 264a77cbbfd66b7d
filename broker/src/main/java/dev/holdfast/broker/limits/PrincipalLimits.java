package dev.holdfast.broker.limits;

/**
 * What one principal may use, over all its connections.
 *
 * @param connections at one time
 * @param links at one time
 * @param unsettled deliveries that its consumers have and have not settled; what comes after waits
 * @param bytesInFlight of messages it has sent and that are not stored; its sessions' windows close
 * @param sending how fast it may send, by credit and windows
 * @param receiving how fast its consumers may be sent messages; what comes after waits
 * @param messageBytes of one message; nodes may take less
 * @param temporaryNodes at one time
 */
public record PrincipalLimits(
    int connections,
    int links,
    int unsettled,
    long bytesInFlight,
    Rate sending,
    Rate receiving,
    long messageBytes,
    int temporaryNodes) {

  private static final long MIB = 1 << 20;

  /** SECURITY §8.2, and what a heap of 256 MB bears. */
  public static PrincipalLimits defaults() {
    return new PrincipalLimits(
        256, 16_384, 100_000, 64 * MIB, Rate.ANY, Rate.ANY, 1_024 * MIB, 256);
  }

  /**
   * So much in a second.
   *
   * @param messages 0: as many as fit
   * @param bytes of messages; 0: as many as fit
   */
  public record Rate(int messages, long bytes) {

    /** As fast as the broker is. */
    public static final Rate ANY = new Rate(0, 0);

    /** Whether there is a limit. */
    public boolean isLimited() {
      return messages > 0 || bytes > 0;
    }
  }
}
