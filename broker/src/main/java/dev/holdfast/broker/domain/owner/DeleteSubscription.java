package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Deletes a subscription with its dead letters, in one batch. */
final class DeleteSubscription implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final String address;
  private final CompletableFuture<Long> result;
  private @Nullable TopicSubscription chosen;
  private long lost;

  DeleteSubscription(
      AdminContext context, Principal principal, String address, CompletableFuture<Long> result) {
    this.context = context;
    this.principal = principal;
    this.address = address;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    if (chosen != null && chosen.group.deleted) {
      // The first attempt had reached the disk after all.
      return true;
    }
    try {
      chosen = context.subscription(principal, Permission.DELETE, address);
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
    lost = SubscriptionStaging.messages(chosen, context.store().view());
    context.staging().drop(batch.changes(), chosen);
    return true;
  }

  @Override
  public void committed() {
    if (chosen != null && !chosen.group.deleted) {
      context.nodes().remove(chosen, NodeRegistry.SUBSCRIPTION_DELETED);
    }
    result.complete(lost);
  }
}
