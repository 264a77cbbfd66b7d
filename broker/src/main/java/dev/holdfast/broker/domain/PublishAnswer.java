package dev.holdfast.broker.domain;

import org.jspecify.annotations.Nullable;

/**
 * What became of one publish.
 *
 * @param token as given in {@link OwnerCommand.Publish}
 * @param sequence of the stored message; of the first copy when refused as {@code DUPLICATE}; 0
 *     when refused otherwise, and when nothing is stored (yet): a transaction holds it
 * @param error null: accepted (and fsynced when the message is durable)
 */
public record PublishAnswer(Object token, long sequence, @Nullable NodeError error) {}
