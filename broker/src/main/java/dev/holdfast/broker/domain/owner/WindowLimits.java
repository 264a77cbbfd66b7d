package dev.holdfast.broker.domain.owner;

/**
 * How much of a backlog one cursor keeps in memory, in bytes.
 *
 * @param busy with consumers attached
 * @param idle without
 */
record WindowLimits(long busy, long idle) {
  /** Of a queue without consumers, a first sip is kept. */
  private static final int SIP = 16;

  static WindowLimits queue(DomainSettings settings) {
    return new WindowLimits(settings.queueWindowBytes(), settings.queueWindowBytes() / SIP);
  }

  /** A topic may have thousands of subscriptions that nobody uses now: they keep nothing. */
  static WindowLimits subscription(DomainSettings settings) {
    return new WindowLimits(settings.queueWindowBytes(), 0);
  }
}
