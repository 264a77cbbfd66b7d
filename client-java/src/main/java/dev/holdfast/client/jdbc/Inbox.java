package dev.holdfast.client.jdbc;

/**
 * Remembers which messages have had their effect. An implementation keeps the key and the effect in
 * one transaction: both are there afterwards, or neither. Thread-safe.
 *
 * @param <T> what an effect is written through, such as a {@link java.sql.Connection}
 */
public interface Inbox<T> {
  /**
   * Applies an effect unless one was applied under this key before.
   *
   * @return true when it was applied now, false when the key was known and nothing was done
   * @throws Exception the effect's own, or the store's; then neither key nor effect is kept, unless
   *     it was the commit that failed without an answer
   */
  boolean once(InboxKey key, Effect<T> effect) throws Exception;

  /**
   * What is done once.
   *
   * @param <T> what it is written through
   */
  @FunctionalInterface
  interface Effect<T> {
    /** Does it, in the transaction given, which it neither commits nor rolls back. */
    void apply(T transaction) throws Exception;
  }
}
