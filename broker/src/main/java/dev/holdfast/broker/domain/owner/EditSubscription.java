package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.broker.domain.SubscriptionInfo;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Chooses anew which messages a subscription gets. */
final class EditSubscription implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final String address;
  private final @Nullable MessageFilter filter;
  private final CompletableFuture<SubscriptionInfo> result;
  private @Nullable TopicSubscription chosen;
  private @Nullable SubscriptionDefinition changed;

  EditSubscription(
      AdminContext context,
      Principal principal,
      String address,
      @Nullable MessageFilter filter,
      CompletableFuture<SubscriptionInfo> result) {
    this.context = context;
    this.principal = principal;
    this.address = address;
    this.filter = filter;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      TopicSubscription subscription = SeekSubscription.alone(context, principal, address);
      SubscriptionDefinition before = subscription.definition;
      SubscriptionDefinition wanted =
          new SubscriptionDefinition(
              before.source(),
              before.name(),
              before.traits(),
              filter,
              before.leaveOut(),
              before.creator());
      Queue dead = subscription.group.deadLetters;
      batch
          .changes()
          .putDefinition(
              SubscriptionCodec.key(subscription.id),
              SubscriptionCodec.encode(
                  new SubscriptionCodec.StoredSubscription(
                      subscription.id, wanted, dead == null ? 0 : dead.log.id)));
      chosen = subscription;
      changed = wanted;
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
  }

  @Override
  public void committed() {
    TopicSubscription subscription = chosen;
    SubscriptionDefinition wanted = changed;
    if (subscription != null && wanted != null) {
      subscription.definition = wanted;
      subscription.group.intake = Intake.of(wanted);
      for (LogCursor cursor : subscription.group.cursors()) {
        cursor.log.choicesChanged();
        // What waits is looked at anew, from the disk.
        cursor.moved(context.store().view());
      }
      result.complete(subscription.info(context.store().view()));
    }
  }
}
