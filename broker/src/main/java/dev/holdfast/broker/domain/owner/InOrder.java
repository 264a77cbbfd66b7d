package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.storage.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * The way of one cursor's messages to the consumers that take whatever comes next: in order, but
 * that a message whose group somebody else has is set aside for that one.
 */
final class InOrder {
  private final LogCursor cursor;
  private final Backlog backlog;
  private final MessageGroups groups;

  InOrder(LogCursor cursor, Backlog backlog) {
    this.cursor = cursor;
    this.backlog = backlog;
    this.groups = cursor.subscription.groups;
  }

  /** Hands out the first message that this consumer can get, or null. */
  @Nullable OutDelivery take(ConsumerTarget consumer) {
    while (true) {
      ReturnedMessage back = firstReturned(consumer);
      StoredMessage next = back == null ? backlog.firstFresh() : back.message;
      if (next == null) {
        if (back != null) {
          backlog.wantBodies();
        }
        return null;
      }
      String groupId = groupId(next, back);
      if (groupId == null) {
        backlog.takeOut(next, back);
        return new OutDelivery(cursor, consumer, next, back);
      }
      MessageGroup group = groups.find(groupId);
      if (group == null || (!group.admits(consumer) && backlog.returned().isAsideFull())) {
        return null;
      }
      backlog.takeOut(next, back);
      if (group.admits(consumer)) {
        OutDelivery delivery = new OutDelivery(cursor, consumer, next, back);
        delivery.group = group;
        groups.handedOut(group, consumer);
        return delivery;
      }
      backlog.setAside(back == null ? new ReturnedMessage(next, 0) : back, group);
    }
  }

  /** The first of those that came back, when nothing is before it, in memory or on disk. */
  private @Nullable ReturnedMessage firstReturned(ConsumerTarget consumer) {
    ReturnedMessage back = backlog.returned().firstFor(consumer);
    if (back == null) {
      return null;
    }
    StoredMessage fresh = backlog.firstFresh();
    boolean first =
        (fresh == null || back.sequence < fresh.sequence())
            && (backlog.loadFrom() >= backlog.end() || back.sequence < backlog.loadFrom());
    return first ? back : null;
  }

  /** What some consumer shunned is for any other one, whoever holds its group. */
  private static @Nullable String groupId(StoredMessage message, @Nullable ReturnedMessage back) {
    return back != null && back.shunned != null
        ? null
        : MessageAttributes.groupId(message.attributes());
  }
}
