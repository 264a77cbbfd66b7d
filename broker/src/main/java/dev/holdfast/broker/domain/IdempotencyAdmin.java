package dev.holdfast.broker.domain;

import dev.holdfast.acl.Principal;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What management does with idempotency keys. Any thread; stages complete on the owner thread after
 * the commit they depend on, exceptionally with {@link NodeException} when refused.
 */
public interface IdempotencyAdmin {

  /** How many keys are kept, of all nodes; needs {@code inspect} on the broker. */
  CompletionStage<Usage> usage(Principal principal);

  /**
   * What is known of a key of a queue or topic within its window; needs {@code inspect} on it.
   *
   * @return empty: a message with it would be stored
   */
  CompletionStage<Optional<Known>> find(Principal principal, String node, String key);

  /**
   * Forgets a key, so that the next message with it is stored; needs {@code purge} on the node.
   *
   * @return what was known of it; {@code NOT_FOUND} when that is nothing
   */
  CompletionStage<Known> forget(Principal principal, String node, String key);

  /**
   * How much is kept.
   *
   * @param keys that are kept, those of windows that have just ended too; fewer than there are
   *     while they are still being read after a start
   * @param bytes what they take on disk, about
   * @param maxBytes what they may take; new keys are refused beyond it
   */
  record Usage(long keys, long bytes, long maxBytes) {}

  /**
   * A key that is known.
   *
   * @param sequence of the message that came with it
   * @param storedMs when that was stored, epoch milliseconds
   * @param untilMs from when on a message with it is stored again, epoch milliseconds
   */
  record Known(long sequence, long storedMs, long untilMs) {}
}
