package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import java.util.List;

/** Subscriptions that go because nobody can or wants to use them any more. */
final class DropSubscriptions implements NodeChange {
  private final List<TopicSubscription> subscriptions;
  private final NodeRegistry nodes;
  private final SubscriptionStaging staging;
  private final NodeError why;
  private final Runnable before;

  /**
   * Makes one.
   *
   * @param why what their consumers hear
   * @param before run once they are gone from the store, before they go from memory
   */
  DropSubscriptions(
      List<TopicSubscription> subscriptions,
      NodeRegistry nodes,
      SubscriptionStaging staging,
      NodeError why,
      Runnable before) {
    this.subscriptions = subscriptions;
    this.nodes = nodes;
    this.staging = staging;
    this.why = why;
    this.before = before;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    for (TopicSubscription subscription : subscriptions) {
      if (nodes.subscriptions().find(subscription.id) == subscription) {
        staging.drop(batch.changes(), subscription);
      }
    }
    return true;
  }

  @Override
  public boolean synced() {
    return subscriptions.stream().anyMatch(TopicSubscription::durable);
  }

  @Override
  public void committed() {
    before.run();
    for (TopicSubscription subscription : subscriptions) {
      if (nodes.subscriptions().find(subscription.id) == subscription) {
        nodes.remove(subscription, why);
      }
    }
  }
}
