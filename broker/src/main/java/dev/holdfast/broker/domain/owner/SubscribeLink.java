package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import org.jspecify.annotations.Nullable;

/**
 * A receiving link whose subscription has to be made first. The link hears that it is open once the
 * subscription is stored, and synced if it is durable.
 */
final class SubscribeLink implements NodeChange {
  private final OwnerCommand.OpenConsumer command;
  private final ConsumerLinks links;
  private final NodeRegistry nodes;
  private final SubscriptionStaging staging;
  private SubscriptionCodec.@Nullable StoredSubscription made;
  private @Nullable TopicSubscription replaced;

  SubscribeLink(
      OwnerCommand.OpenConsumer command,
      ConsumerLinks links,
      NodeRegistry nodes,
      SubscriptionStaging staging) {
    this.command = command;
    this.links = links;
    this.nodes = nodes;
    this.staging = staging;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    if (made != null && nodes.subscriptions().find(made.id()) != null) {
      // The first attempt had reached the disk after all.
      return true;
    }
    Resolution resolution = links.resolve(command);
    if (resolution instanceof Resolution.Subscribe subscribe) {
      replaced = subscribe.replaced();
      if (replaced != null) {
        staging.drop(batch.changes(), replaced);
      }
      int id = made == null ? nodes.subscriptions().takeId() : made.id();
      made =
          staging.make(batch.changes(), id, named(subscribe.definition(), id), subscribe.start());
      return true;
    }
    links.open(command);
    return false;
  }

  private static SubscriptionDefinition named(SubscriptionDefinition definition, int id) {
    return definition.name().isEmpty()
        ? new SubscriptionDefinition(
            definition.source(),
            SubscriptionNames.unnamed(id),
            definition.traits(),
            definition.filter(),
            definition.leaveOut(),
            definition.creator())
        : definition;
  }

  @Override
  public boolean synced() {
    return replaced != null || (made != null && made.definition().traits().durable());
  }

  @Override
  public void committed() {
    if (made == null) {
      return;
    }
    if (replaced != null) {
      nodes.remove(replaced, NodeRegistry.SUBSCRIPTION_DELETED);
    }
    TopicSubscription subscription = nodes.subscriptions().find(made.id());
    if (subscription == null) {
      subscription = nodes.add(made);
    }
    links.join(
        command,
        new Resolution.Join(
            subscription.group,
            SourceResolver.opened(subscription),
            null,
            subscription.definition.traits().byLink()));
  }
}
