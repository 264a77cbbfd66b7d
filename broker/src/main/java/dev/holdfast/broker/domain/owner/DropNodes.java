package dev.holdfast.broker.domain.owner;

import java.util.ArrayList;
import java.util.List;

/** Deletes nodes with all that belongs to them, because the broker says so. */
final class DropNodes implements NodeChange {
  private final List<Node> gone;
  private final NodeRegistry nodes;
  private final SubscriptionStaging staging;
  private final List<TopicSubscription> subscriptions = new ArrayList<>();

  DropNodes(List<Node> gone, NodeRegistry nodes, SubscriptionStaging staging) {
    this.gone = gone;
    this.nodes = nodes;
    this.staging = staging;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    subscriptions.clear();
    boolean some = false;
    for (Node node : gone) {
      if (nodes.find(node.name()) != node) {
        continue;
      }
      some = true;
      node.delayed().stageDrop(batch.changes(), node.id());
      if (node instanceof Queue queue) {
        if (queue.deadLetters != null) {
          queue.deadLetters.delayed().stageDrop(batch.changes(), queue.deadLetters.id());
          batch.changes().dropLog(queue.deadLetters.log.id);
          batch.changes().deleteDefinition(DeadLetterTally.key(queue.deadLetters.log.id));
        }
        for (NodeLog log : queue.logs()) {
          batch.changes().dropLog(log.id);
        }
      } else if (node instanceof Topic topic) {
        dropSubscriptions(batch, topic);
        batch.changes().dropLog(topic.log.id);
      }
      batch.changes().deleteDefinition(NodeCodec.key(node.id()));
    }
    return some;
  }

  private void dropSubscriptions(StagedBatch batch, Topic topic) {
    for (LogCursor cursor : topic.log.cursors()) {
      TopicSubscription each = nodes.subscriptions().of(cursor.subscription);
      if (each != null && each.pattern == null) {
        subscriptions.add(each);
        staging.dropRest(batch.changes(), each);
      }
    }
  }

  /** Losing this to a crash means that it is done at the next start. */
  @Override
  public boolean synced() {
    return false;
  }

  @Override
  public void committed() {
    for (TopicSubscription each : subscriptions) {
      if (nodes.subscriptions().find(each.id) == each) {
        nodes.remove(each, NodeRegistry.TOPIC_DELETED);
      }
    }
    for (Node node : gone) {
      if (nodes.find(node.name()) != node) {
        continue;
      }
      if (node instanceof Queue queue) {
        nodes.remove(queue);
      } else if (node instanceof Topic topic) {
        nodes.remove(topic);
      }
    }
  }
}
