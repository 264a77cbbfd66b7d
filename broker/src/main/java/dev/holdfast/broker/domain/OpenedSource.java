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
 */
public record OpenedSource(
    String address,
    NodeKind kind,
    @Nullable SubscriptionRequest subscription,
    @Nullable MessageFilter filter,
    boolean noLocal) {}
