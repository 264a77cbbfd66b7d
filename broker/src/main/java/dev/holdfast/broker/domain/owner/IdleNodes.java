package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes queues that nobody has used for as long as they allow, and subscriptions that may linger
 * for a while without a consumer and have done so. A queue that holds something, dead letters and
 * delayed messages included, stays until that is consumed, or goes with it where its definition
 * says that messages are dropped when their time is over; what waits for a subscription goes with
 * it. Who is idle is known from the time on when somebody first looked, so a restart begins anew.
 * Owner thread.
 */
final class IdleNodes {
  private static final Logger LOG = LoggerFactory.getLogger(IdleNodes.class);

  private final NodeRegistry nodes;
  private final SubscriptionStaging staging;
  private final OwnerInbox inbox;
  private boolean some = true;

  IdleNodes(NodeRegistry nodes, SubscriptionStaging staging, OwnerInbox inbox) {
    this.nodes = nodes;
    this.staging = staging;
    this.inbox = inbox;
  }

  /** Nodes have changed: there may be one to be looked at. */
  void look() {
    some = true;
  }

  /** Whether there may be one that is deleted some day. */
  boolean any() {
    return some;
  }

  /** Looks at all of them; to be called every second or so. */
  void sweep(long nowMs, StoreView view) {
    if (!some) {
      return;
    }
    some = false;
    List<Node> gone = new ArrayList<>();
    for (Node node : nodes.all()) {
      if (node instanceof Queue queue && queue.definition.lifetime().autoDeleteMs() > 0) {
        some = true;
        sweep(queue, nowMs, view, gone);
      }
    }
    if (!gone.isEmpty()) {
      inbox.submit(List.of(new OwnerCommand.Call(new DropNodes(gone, nodes, staging))));
    }
    sweepSubscriptions(nowMs);
  }

  private void sweepSubscriptions(long nowMs) {
    List<TopicSubscription> over = new ArrayList<>();
    for (TopicSubscription each : nodes.subscriptions().all()) {
      some |= each.definition.traits().lingerMs() > 0;
      if (each.isOver(nowMs)) {
        over.add(each);
      }
    }
    for (TopicSubscription each : over) {
      LOG.info(
          "subscription {} is deleted: it has had no consumer for {} ms",
          each.address(),
          each.definition.traits().lingerMs());
      inbox.submit(List.of(new OwnerCommand.Call(new DropLingering(each, nodes, staging))));
    }
  }

  private static void sweep(Queue queue, long nowMs, StoreView view, List<Node> gone) {
    Queue dead = queue.deadLetters;
    boolean used =
        queue.publishers().count() > 0
            || queue.subscription.consumerCount() > 0
            || (dead != null && dead.subscription.consumerCount() > 0)
            || queue.nextSequence(view) != queue.seenSequence;
    if (used || queue.usedMs == 0 || nowMs < queue.usedMs) {
      queue.usedMs = nowMs;
      queue.seenSequence = queue.nextSequence(view);
      return;
    }
    if (nowMs - queue.usedMs < queue.definition.lifetime().autoDeleteMs()) {
      return;
    }
    long messages =
        queue.messages(view)
            + queue.delayed().messages(view)
            + (dead == null ? 0 : dead.messages(view));
    if (messages == 0 || queue.definition.lifetime().dropExpired()) {
      LOG.info(
          "queue {} is deleted: nobody has used it for {} ms; {} messages go with it",
          queue.name(),
          nowMs - queue.usedMs,
          messages);
      gone.add(queue);
    }
  }
}
