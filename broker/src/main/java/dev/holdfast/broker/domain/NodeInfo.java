package dev.holdfast.broker.domain;

import org.jspecify.annotations.Nullable;

/**
 * What an opened sending link has to know of its node.
 *
 * @param name of the node; empty for the anonymous terminus; the generated one of a dynamic node
 * @param kind of the node; null for the anonymous terminus
 * @param maxMessageBytes largest message the node takes
 * @param byMessageId a message's message-id is its idempotency key when it has no other
 */
public record NodeInfo(
    String name, @Nullable NodeKind kind, long maxMessageBytes, boolean byMessageId) {

  /** One that does not go by message-ids. */
  public NodeInfo(String name, @Nullable NodeKind kind, long maxMessageBytes) {
    this(name, kind, maxMessageBytes, false);
  }
}
