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
 *     to an earlier attempt arrived; without an idempotency key the node may then hold the message
 *     more than once
 * @param duplicate the node had a message with the same idempotency key already and stored nothing:
 *     an earlier attempt had arrived, or the application sent it before
 */
public record Receipt(String node, @Nullable String messageId, int attempts, boolean duplicate) {}
