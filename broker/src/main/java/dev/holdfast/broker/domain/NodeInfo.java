package dev.holdfast.broker.domain;

import org.jspecify.annotations.Nullable;

/**
 * What an opened sending link has to know of its node.
 *
 * @param name of the node; empty for the anonymous terminus; the generated one of a dynamic node
 * @param kind of the node; null for the anonymous terminus
 * @param maxMessageBytes largest message the node takes
 */
public record NodeInfo(String name, @Nullable NodeKind kind, long maxMessageBytes) {}
