package dev.holdfast.client;

import org.jspecify.annotations.Nullable;

/**
 * The broker's word that a message is kept: AMQP outcome {@code accepted}. From Holdfast it means
 * that the message has been written and synced to disk, unless it was sent with {@code
 * durable(false)}.
 *
 * @param node address of the node that has it
 * @param messageId the message's id, when it has one
 * @param attempts how often it was sent; above 1 the connection was lost before the broker's answer
 *     to an earlier attempt arrived, and the node may hold the message more than once
 */
public record Receipt(String node, @Nullable String messageId, int attempts) {}
