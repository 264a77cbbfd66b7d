package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes queues that nobody has used for as long as they allow. One that holds something, dead
 * letters and delayed messages included, stays until that is consumed, or goes with it where its
 * definition says that messages are dropped when their time is over. Owner thread.
 */
final class IdleQueues {
  private static final Logger LOG = LoggerFactory.getLogger(IdleQueues.class);

  private final NodeRegistry nodes;
  private final SubscriptionStaging staging;
  private final OwnerInbox inbox;
  private boolean some = true;

  IdleQueues(NodeRegistry nodes, SubscriptionStaging staging, OwnerInbox inbox) {
    this.nodes = nodes;
    this.staging = staging;
    this.inbox = inbox;
  }

  /** Nodes have changed: there may be one to be looked at. */
  void look() {
    some = true;
  }

  /** Whether there may be a queue that is deleted some day. */
  boolean any() {
    return some;
  }

  /** Looks at all queues; to be called every second or so. */
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
