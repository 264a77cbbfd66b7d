package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.SubscriptionInfo;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Moves a subscription that nobody uses to another place of its logs. */
final class SeekSubscription implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final String address;
  private final StartFrom start;
  private final CompletableFuture<SubscriptionInfo> result;
  private @Nullable TopicSubscription chosen;

  SeekSubscription(
      AdminContext context,
      Principal principal,
      String address,
      StartFrom start,
      CompletableFuture<SubscriptionInfo> result) {
    this.context = context;
    this.principal = principal;
    this.address = address;
    this.start = start;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      chosen = alone(context, principal, address);
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
    context.staging().seek(batch.changes(), chosen, start);
    return true;
  }

  /** The subscription at this address, if it may be configured and nobody is consuming from it. */
  static TopicSubscription alone(AdminContext context, Principal principal, String address) {
    TopicSubscription found = context.subscription(principal, Permission.CONFIGURE, address);
    if (found.group.hasConsumers() || found.group.unsettled() > 0) {
      throw new NodeException(
          new NodeError(NodeError.Code.LOCKED, "the subscription has consumers; close them first"));
    }
    return found;
  }

  @Override
  public void committed() {
    if (chosen != null) {
      for (LogCursor cursor : chosen.group.cursors()) {
        cursor.moved(context.store().view());
      }
      result.complete(chosen.info(context.store().view()));
    }
  }
}
