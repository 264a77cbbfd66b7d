package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeCount;
import dev.holdfast.broker.domain.Statistics.StuckNode;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds queues and subscriptions that hold messages and from which nothing has been taken for long,
 * whether or not they have consumers. Dead letters wait for people, and what is paused waits for
 * the operator: neither is stuck. Owner thread.
 */
final class StuckNodes {
  private static final Logger LOG = LoggerFactory.getLogger(StuckNodes.class);
  private static final long EVERY_MS = 1_000;

  private final NodeRegistry nodes;
  private final long stuckMs;
  private IdentityHashMap<Subscription, Watched> watched = new IdentityHashMap<>();
  private long sweptMs = Long.MIN_VALUE;

  /** What was seen of a subscription that holds messages. */
  private static final class Watched {
    long acknowledged;
    long messages;
    long sinceMs;
    boolean stuck;
  }

  StuckNodes(NodeRegistry nodes, long stuckMs) {
    this.nodes = nodes;
    this.stuckMs = stuckMs;
  }

  /** Looks at all of them; may be called as often as one likes. */
  void sweep(long nowMs, StoreView view) {
    boolean soon = nowMs >= sweptMs && sweptMs != Long.MIN_VALUE && nowMs - sweptMs < EVERY_MS;
    if (stuckMs == 0 || soon) {
      return;
    }
    sweptMs = nowMs;
    IdentityHashMap<Subscription, Watched> now = new IdentityHashMap<>();
    for (Node node : nodes.all()) {
      if (node instanceof Queue queue && queue.deadLetters != null && !queue.pause().delivery()) {
        look(queue.subscription, nowMs, view, now);
      }
    }
    for (TopicSubscription subscription : nodes.subscriptions().all()) {
      if (subscription.durable() && !paused(subscription.group)) {
        look(subscription.group, nowMs, view, now);
      }
    }
    watched = now;
  }

  private static boolean paused(Subscription group) {
    for (LogCursor cursor : group.cursors()) {
      if (cursor.log.paused) {
        return true;
      }
    }
    return false;
  }

  private void look(
      Subscription subscription,
      long nowMs,
      StoreView view,
      IdentityHashMap<Subscription, Watched> now) {
    long messages = subscription.messages(view);
    Watched before = watched.get(subscription);
    if (messages == 0) {
      goesOn(subscription, before);
      return;
    }
    Watched seen = before == null ? new Watched() : before;
    // Fewer are progress too: they may have expired, or been moved by hand.
    if (before == null
        || seen.acknowledged != subscription.acknowledged()
        || messages < seen.messages
        || nowMs < seen.sinceMs) {
      goesOn(subscription, before);
      seen.acknowledged = subscription.acknowledged();
      seen.sinceMs = nowMs;
      seen.stuck = false;
    }
    seen.messages = messages;
    now.put(subscription, seen);
    if (!seen.stuck && nowMs - seen.sinceMs >= stuckMs) {
      seen.stuck = true;
      LOG.warn(
          "HF-STUCK: {} holds {} messages, has {} consumers, and nothing has been taken from it for"
              + " {} s",
          subscription.name,
          messages,
          subscription.consumerCount(),
          (nowMs - seen.sinceMs) / 1_000);
    }
  }

  private static void goesOn(Subscription subscription, @Nullable Watched before) {
    if (before != null && before.stuck) {
      LOG.info("{} is not stuck any more", subscription.name);
    }
  }

  /** Those that are stuck. */
  List<StuckNode> all(StoreView view) {
    List<StuckNode> stuck = new ArrayList<>();
    watched.forEach(
        (subscription, seen) -> {
          if (seen.stuck && !subscription.deleted) {
            stuck.add(
                new StuckNode(
                    subscription.name,
                    SubscriptionNames.isSubscription(subscription.name)
                        ? NodeCount.Kind.SUBSCRIPTION
                        : NodeCount.Kind.QUEUE,
                    subscription.messages(view),
                    subscription.consumerCount(),
                    seen.sinceMs));
          }
        });
    stuck.sort(Comparator.comparing(StuckNode::sinceMs).thenComparing(StuckNode::name));
    return stuck;
  }
}
