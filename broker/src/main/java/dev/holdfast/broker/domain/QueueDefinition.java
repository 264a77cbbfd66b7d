package dev.holdfast.broker.domain;

import dev.holdfast.deadletter.RetryPolicy;
import java.util.Optional;

/**
 * What an operator chose for a queue.
 *
 * @param name 1 to 255 bytes of UTF-8, see {@link NodeName}
 * @param maxMessageBytes largest message it takes
 * @param handling what becomes of deliveries
 * @param lifetime how long messages, and the queue itself, live
 * @param limits how much it holds
 * @param idempotency how messages that are sent again are known
 * @param serving which consumer gets which message
 */
public record QueueDefinition(
    String name,
    long maxMessageBytes,
    Handling handling,
    Lifetime lifetime,
    Limits limits,
    IdempotencyPolicy idempotency,
    Serving serving) {

  /** One whose consumers take turns. */
  public QueueDefinition(
      String name,
      long maxMessageBytes,
      Handling handling,
      Lifetime lifetime,
      Limits limits,
      IdempotencyPolicy idempotency) {
    this(name, maxMessageBytes, handling, lifetime, limits, idempotency, Serving.TURNS);
  }

  /** One with defaults for all but the retry policy. */
  public QueueDefinition(String name, long maxMessageBytes, RetryPolicy retry) {
    this(name, maxMessageBytes, retry, IdempotencyPolicy.DEFAULT);
  }

  /** One with defaults for all but the retry policy and the idempotency. */
  public QueueDefinition(
      String name, long maxMessageBytes, RetryPolicy retry, IdempotencyPolicy idempotency) {
    this(
        name,
        maxMessageBytes,
        new Handling(retry, Handling.DEFAULT.lockTimeoutMs(), Handling.DEFAULT.deadLetterTo()),
        Lifetime.DEFAULT,
        Limits.NONE,
        idempotency);
  }

  /** How often a message is tried. */
  public RetryPolicy retry() {
    return handling.retry();
  }

  /**
   * What becomes of deliveries.
   *
   * @param retry how often a message is tried, and when again
   * @param lockTimeoutMs a delivery that is unsettled for longer without a word from its consumer
   *     is given back; milliseconds, 0 never
   * @param deadLetterTo the node that gets the dead letters; empty: the queue's own dead-letter
   *     queue
   */
  public record Handling(RetryPolicy retry, long lockTimeoutMs, String deadLetterTo) {

    /** Ten deliveries, five minutes, the queue's own dead letters. */
    public static final Handling DEFAULT = new Handling(RetryPolicy.DEFAULT, 300_000, "");
  }

  /**
   * How long messages, and the queue itself, live.
   *
   * @param defaultTtlMs for messages that bring no time to live; milliseconds, 0 for ever
   * @param maxTtlMs longest time to live, whatever a message brings; milliseconds, 0 unlimited
   * @param dropExpired expired messages are removed for good instead of dead-lettered
   * @param autoDeleteMs the queue is deleted when nobody has used it for so long; milliseconds, 0
   *     never
   */
  public record Lifetime(long defaultTtlMs, long maxTtlMs, boolean dropExpired, long autoDeleteMs) {

    /** Everything lives until it is consumed. */
    public static final Lifetime DEFAULT = new Lifetime(0, 0, false, 0);
  }

  /**
   * How much it holds, messages out at consumers and delayed ones included.
   *
   * @param maxMessages 0: unlimited
   * @param maxBytes 0: unlimited
   * @param overflow what happens to a message that does not fit
   */
  public record Limits(long maxMessages, long maxBytes, Overflow overflow) {

    /** Unlimited. */
    public static final Limits NONE = new Limits(0, 0, Overflow.REJECT);
  }

  /**
   * Which consumer gets which message.
   *
   * @param singleActiveConsumer only one consumer is served, the oldest of those with the highest
   *     priority; the next one takes over when it has gone and nothing is out any more
   * @param prioritised messages with a higher priority go first; otherwise priorities are carried
   *     and not heeded
   */
  public record Serving(boolean singleActiveConsumer, boolean prioritised) {

    /** Priorities that a message can have, from 0 on. */
    public static final int PRIORITIES = 10;

    /** Consumers take turns, messages go in the order in which they came. */
    public static final Serving TURNS = new Serving(false, false);
  }

  /** What happens to a message that does not fit. */
  public enum Overflow {
    /** It is refused. */
    REJECT("reject"),
    /** It waits, and its sender with it, until there is room. */
    BLOCK("block"),
    /** The oldest messages are removed for good. */
    DROP_OLDEST("drop-oldest"),
    /** The oldest messages are dead-lettered. */
    DEAD_LETTER_OLDEST("dead-letter-oldest");

    private final String code;

    Overflow(String code) {
      this.code = code;
    }

    /** The stable word that definitions and the API use. */
    public String code() {
      return code;
    }

    /** The policy with this code. */
    public static Optional<Overflow> of(String code) {
      for (Overflow overflow : values()) {
        if (overflow.code.equals(code)) {
          return Optional.of(overflow);
        }
      }
      return Optional.empty();
    }
  }
}
