package dev.holdfast.broker.domain.owner;

/** Gives a subscription its dead-letter queue, because a message needs it now. */
final class MakeDeadLetters implements NodeChange {
  private final TopicSubscription subscription;
  private final NodeRegistry nodes;
  private final Runnable then;
  private int logId;

  /**
   * Makes one.
   *
   * @param then run on the owner thread when the queue is there, or the subscription gone
   */
  MakeDeadLetters(TopicSubscription subscription, NodeRegistry nodes, Runnable then) {
    this.subscription = subscription;
    this.nodes = nodes;
    this.then = then;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    if (subscription.group.deleted || subscription.group.deadLetters != null) {
      return true;
    }
    logId = nodes.nextLogId();
    batch.changes().createLog(logId);
    batch.changes().createCursor(logId, Queue.CURSOR, 1);
    batch
        .changes()
        .putDefinition(
            SubscriptionCodec.key(subscription.id),
            SubscriptionCodec.encode(
                new SubscriptionCodec.StoredSubscription(
                    subscription.id, subscription.definition, logId)));
    return true;
  }

  @Override
  public void committed() {
    if (!subscription.group.deleted && subscription.group.deadLetters == null) {
      nodes.deadLetters(subscription, logId);
    }
    then.run();
  }
}
