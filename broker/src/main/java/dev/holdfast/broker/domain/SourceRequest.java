package dev.holdfast.broker.domain;

import org.jspecify.annotations.Nullable;

/**
 * What a receiving link asks for (AMQP 1.0 part 3 §3.5.3, source).
 *
 * @param address a node, dead letters, {@code topic::subscription}, or a pattern of topics; empty
 *     with {@code dynamic}
 * @param kind what the terminus capabilities say the node is; null: nothing
 * @param dynamic a node to be made; null: the node exists
 * @param subscription named by the link; null: the address says all, or it is a volatile, unshared
 *     subscription
 * @param selection which messages of it
 * @param turn whose turn it is among several consumers
 */
public record SourceRequest(
    String address,
    @Nullable NodeKind kind,
    @Nullable DynamicNode dynamic,
    @Nullable SubscriptionRequest subscription,
    Selection selection,
    Turn turn) {

  /** All messages of a node, in an ordinary consumer's turn. */
  public static SourceRequest of(String address) {
    return new SourceRequest(address, null, null, null, Selection.ALL, Turn.ORDINARY);
  }

  /**
   * Which messages.
   *
   * @param browse look without taking (distribution-mode copy on a queue)
   * @param filter null: all
   * @param noLocal leave out what the same container published
   * @param start where a new subscription starts
   */
  public record Selection(
      boolean browse, @Nullable MessageFilter filter, boolean noLocal, StartFrom start) {

    /** Every message, from now on, to be taken. */
    public static final Selection ALL = new Selection(false, null, false, StartFrom.LATEST);
  }

  /**
   * The consumer among others.
   *
   * @param priority consumers with a higher one are served first while they have credit; 0 is usual
   * @param exclusive nobody else may consume while it is attached
   */
  public record Turn(int priority, boolean exclusive) {

    /** Priority 0, not exclusive. */
    public static final Turn ORDINARY = new Turn(0, false);
  }
}
