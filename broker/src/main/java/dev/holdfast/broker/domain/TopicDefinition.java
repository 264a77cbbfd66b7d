package dev.holdfast.broker.domain;

import dev.holdfast.deadletter.RetryPolicy;

/**
 * What an operator chose for a topic.
 *
 * @param name 1 to 255 bytes of UTF-8, see {@link NodeName}
 * @param maxMessageBytes largest message it takes
 * @param retry how often each of its subscriptions tries a message
 * @param retention what is kept for subscriptions to come
 * @param idempotency how messages that are sent again are known
 */
public record TopicDefinition(
    String name,
    long maxMessageBytes,
    RetryPolicy retry,
    Retention retention,
    IdempotencyPolicy idempotency) {

  /** One with the usual idempotency. */
  public TopicDefinition(
      String name, long maxMessageBytes, RetryPolicy retry, Retention retention) {
    this(name, maxMessageBytes, retry, retention, IdempotencyPolicy.DEFAULT);
  }

  /**
   * How long messages are kept although every subscription has consumed them, so that a new one can
   * start in the past. What is older or beyond goes in whole chunks (runs of up to 1,024 messages
   * or 64 KiB), so a little more is kept. Both limits hold when both are set.
   *
   * @param maxAgeMs in milliseconds; 0: no limit by age
   * @param maxBytes of bodies; 0: no limit by size
   */
  public record Retention(long maxAgeMs, long maxBytes) {

    /** Nothing is kept. */
    public static final Retention NONE = new Retention(0, 0);

    /** Whether anything is kept. */
    public boolean keeps() {
      return maxAgeMs > 0 || maxBytes > 0;
    }
  }
}
