package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.storage.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription takes of the messages of its logs. Asked once for each message, before it is
 * part of the backlog.
 *
 * @param filter null: everything
 * @param leaveOut the container whose own messages are left out; empty: none
 */
record Intake(@Nullable MessageFilter filter, String leaveOut) {

  /** What a subscription like this takes; null: everything. */
  static @Nullable Intake of(SubscriptionDefinition definition) {
    return definition.filter() == null && definition.leaveOut().isEmpty()
        ? null
        : new Intake(definition.filter(), definition.leaveOut());
  }

  /** Whether this message, just published from that container, is taken. */
  boolean takes(StoredMessage message, String container) {
    return (leaveOut.isEmpty() || !leaveOut.equals(container)) && takes(message);
  }

  /** Whether this message is taken, whoever published it: of that, nothing is stored. */
  boolean takes(StoredMessage message) {
    return filter == null || filter.matches(message, 0);
  }
}
