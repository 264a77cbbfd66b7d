package dev.holdfast.broker.domain.owner;

import dev.holdfast.deadletter.RetryPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription is like, for good.
 *
 * @param name address of the queue or subscription
 * @param retry how often a message is tried
 * @param undeliverable what then
 * @param durable it outlives a restart
 * @param singleActive only one consumer is served at a time
 * @param many it reads many logs, fairly; otherwise in the order of its cursors
 * @param intake what it takes of its logs; null: all
 */
record SubscriptionTerms(
    String name,
    RetryPolicy retry,
    Subscription.Undeliverable undeliverable,
    boolean durable,
    boolean singleActive,
    boolean many,
    @Nullable Intake intake) {}
