package dev.holdfast.broker.selector;

/**
 * Decides which messages a consumer gets. Immutable; any thread. Never throws, whatever a message
 * holds.
 */
public sealed interface MessageFilter permits Selector, PropertyFilter {

  /** Whether the message is wanted. */
  boolean matches(MessageFields message);
}
