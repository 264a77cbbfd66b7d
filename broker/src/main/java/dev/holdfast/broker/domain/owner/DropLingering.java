package dev.holdfast.broker.domain.owner;

import java.util.List;

/** Deletes a subscription that has lingered for long enough, unless somebody has come meanwhile. */
final class DropLingering implements NodeChange {
  private final TopicSubscription subscription;
  private final DropSubscriptions drop;

  DropLingering(TopicSubscription subscription, NodeRegistry nodes, SubscriptionStaging staging) {
    this.subscription = subscription;
    this.drop =
        new DropSubscriptions(
            List.of(subscription), nodes, staging, NodeRegistry.SUBSCRIPTION_DELETED, () -> {});
  }

  @Override
  public boolean stage(StagedBatch batch) {
    return !subscription.group.hasConsumers() && drop.stage(batch);
  }

  @Override
  public void committed() {
    drop.committed();
  }
}
