package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoreView;

/** Writes subscriptions into a batch and takes them out: a row, and a cursor in each log. */
final class SubscriptionStaging {
  private final NodeRegistry nodes;
  private final StartPositions starts;

  SubscriptionStaging(MessageStore store, NodeRegistry nodes) {
    this.nodes = nodes;
    this.starts = new StartPositions(store);
  }

  /** A new subscription under this id. */
  SubscriptionCodec.StoredSubscription make(
      StoreBatch changes, int id, SubscriptionDefinition definition, StartFrom start) {
    SubscriptionCodec.StoredSubscription stored =
        new SubscriptionCodec.StoredSubscription(id, definition, 0);
    for (Topic topic : nodes.covered(definition.source())) {
      changes.createCursor(topic.log.id, id, starts.of(topic.log, start));
    }
    changes.putDefinition(SubscriptionCodec.key(id), SubscriptionCodec.encode(stored));
    return stored;
  }

  /** A subscription goes, with its dead letters. */
  void drop(StoreBatch changes, TopicSubscription subscription) {
    dropCursors(changes, subscription);
    dropRest(changes, subscription);
  }

  /** What a subscription has besides its cursors goes. */
  void dropRest(StoreBatch changes, TopicSubscription subscription) {
    Queue dead = subscription.group.deadLetters;
    if (dead != null) {
      changes.dropLog(dead.log.id);
      changes.deleteDefinition(DeadLetterTally.key(dead.log.id));
    }
    changes.deleteDefinition(SubscriptionCodec.key(subscription.id));
  }

  private void dropCursors(StoreBatch changes, TopicSubscription subscription) {
    for (LogCursor cursor : subscription.group.cursors()) {
      changes.dropCursor(cursor.log.id, cursor.id);
    }
  }

  /** Another place in every log. */
  void seek(StoreBatch changes, TopicSubscription subscription, StartFrom start) {
    dropCursors(changes, subscription);
    for (LogCursor cursor : subscription.group.cursors()) {
      changes.createCursor(cursor.log.id, cursor.id, starts.of(cursor.log, start));
    }
  }

  /** Messages that would be lost with it, dead letters included. */
  static long messages(TopicSubscription subscription, StoreView view) {
    Queue dead = subscription.group.deadLetters;
    return subscription.group.messages(view) + (dead == null ? 0 : dead.messages(view));
  }
}
