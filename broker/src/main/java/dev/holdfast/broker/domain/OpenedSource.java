package dev.holdfast.broker.domain;

import org.jspecify.annotations.Nullable;

/**
 * What an opened receiving link really gets.
 *
 * @param address of the node; the generated one of a dynamic node
 * @param kind of the node
 * @param subscription the subscription behind it as it is stored; null for queues and volatile,
 *     unshared subscriptions
 * @param filter really applied; null: none
 * @param noLocal really applied
 * @param paused why nothing is delivered until somebody resumes it, maybe empty; null: it is
 */
public record OpenedSource(
    String address,
    NodeKind kind,
    @Nullable SubscriptionRequest subscription,
    @Nullable MessageFilter filter,
    boolean noLocal,
    @Nullable String paused) {

  /** Of a node that delivers. */
  public OpenedSource(
      String address,
      NodeKind kind,
      @Nullable SubscriptionRequest subscription,
      @Nullable MessageFilter filter,
      boolean noLocal) {
    this(address, kind, subscription, filter, noLocal, null);
  }

  /** The same, held back for this reason; null: not held back. */
  public OpenedSource paused(@Nullable String reason) {
    return new OpenedSource(address, kind, subscription, filter, noLocal, reason);
  }
}
