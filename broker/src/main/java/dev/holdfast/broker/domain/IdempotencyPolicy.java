package dev.holdfast.broker.domain;

/**
 * How a node tells a message that is sent again from a new one.
 *
 * @param windowMs for how long after a message came another one with its key is not stored, in
 *     milliseconds
 * @param byMessageId a message without a key of its own is known by its message-id
 */
public record IdempotencyPolicy(long windowMs, boolean byMessageId) {
  /** The shortest window, in milliseconds. */
  public static final long MIN_WINDOW_MS = 1_000;

  /** The longest window, in milliseconds: 30 days. */
  public static final long MAX_WINDOW_MS = 30L * 24 * 60 * 60 * 1_000;

  /** Ten minutes; only messages with a key. */
  public static final IdempotencyPolicy DEFAULT = new IdempotencyPolicy(10 * 60 * 1_000, false);
}
