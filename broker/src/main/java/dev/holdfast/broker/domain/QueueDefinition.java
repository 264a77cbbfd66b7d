package dev.holdfast.broker.domain;

import dev.holdfast.deadletter.RetryPolicy;

/**
 * What an operator chose for a queue.
 *
 * @param name 1 to 255 bytes of UTF-8, see {@link NodeName}
 * @param maxMessageBytes largest message it takes
 * @param retry how often a message is tried
 */
public record QueueDefinition(String name, long maxMessageBytes, RetryPolicy retry) {}
