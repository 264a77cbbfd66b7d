package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterTask.Skip;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import org.jspecify.annotations.Nullable;

/** Where messages go that operators send on. Owner thread. */
final class Destinations {
  private final NodeRegistry nodes;
  private final AccessCheck access;

  /**
   * A place.
   *
   * @param node the queue or topic whose log takes it
   * @param only the one cursor of that log that gets to see it; null: whoever reads it
   */
  record Destination(Node node, @Nullable LogCursor only) {

    /** Why this message cannot go here; null: it can. */
    @Nullable Skip problem(StoredMessage message) {
      if (message.bytes() - message.attributes().length > node.maxMessageBytes()
          || (node instanceof Queue queue && queue.room().neverFits(message.bytes()))) {
        return Skip.TOO_LARGE;
      }
      return node instanceof Topic topic && !topic.log.wanted() ? Skip.NO_ROUTE : null;
    }

    /** Why it has to wait until there is room; null: there is, whatever makes it elsewhere. */
    @Nullable NodeError full(StoreView view, StoredMessage message) {
      Room room = Room.of(node);
      return room == null || room.fits(view, message.bytes(), Room.Ahead.NOTHING)
          ? null
          : room.full();
    }

    /**
     * Stages it here.
     *
     * @param alive false: its time to live begins anew, for the old one ran while it was dead
     */
    void stage(
        StagedBatch batch, StoredMessage message, MessageAttributes attributes, boolean alive) {
      NodeLog log = node.logs().get(0);
      long expiryMs =
          alive
              ? log.keptExpiryMs(message, batch.nowMs())
              : log.freshExpiryMs(message, batch.nowMs());
      if (only == null) {
        node.stageMove(batch, message, expiryMs, attributes);
        return;
      }
      StoredMessage moved = only.log.stageMove(batch, message, expiryMs, attributes, only);
      if (node instanceof Topic topic && topic.definition.retention().keeps()) {
        // It is retained already, where it was published.
        batch.changes().acknowledge(topic.log.id, Topic.RETENTION, moved.sequence(), moved.bytes());
      }
    }
  }

  Destinations(NodeRegistry nodes, AccessCheck access) {
    this.nodes = nodes;
    this.access = access;
  }

  /** The place with this name; null: there is none. */
  @Nullable Destination find(String name) {
    Node node = nodes.find(name);
    if (node != null) {
      return new Destination(node, null);
    }
    TopicSubscription subscription = nodes.subscriptions().find(name);
    if (subscription == null) {
      return null;
    }
    for (LogCursor cursor : subscription.group.cursors()) {
      Topic topic = nodes.topic(cursor.log.name);
      if (topic != null && topic.log == cursor.log) {
        return new Destination(topic, cursor);
      }
    }
    return null;
  }

  /**
   * Whether the principal may send messages there that have been dead letters. What goes back to
   * the subscription that it died in is seen by nobody else: to move dead letters is enough.
   */
  boolean allowed(Principal principal, String name, String own) {
    return (name.equals(own) && SubscriptionNames.isSubscription(name))
        || access.denied(principal, Permission.SEND, name) == null;
  }
}
