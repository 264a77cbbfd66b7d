package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.broker.domain.SubscriptionInfo;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Makes a durable subscription for management. */
final class CreateSubscription implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final SubscriptionDefinition definition;
  private final StartFrom start;
  private final CompletableFuture<SubscriptionInfo> result;
  private SubscriptionCodec.@Nullable StoredSubscription made;

  CreateSubscription(
      AdminContext context,
      Principal principal,
      SubscriptionDefinition asked,
      StartFrom start,
      CompletableFuture<SubscriptionInfo> result) {
    this.context = context;
    this.principal = principal;
    this.definition =
        new SubscriptionDefinition(
            asked.source(),
            asked.name(),
            new SubscriptionDefinition.Traits(true, asked.traits().shared(), false),
            asked.filter(),
            asked.leaveOut(),
            principal.name());
    this.start = start;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    if (made != null && context.nodes().subscriptions().find(made.id()) != null) {
      // The first attempt had reached the disk after all.
      return true;
    }
    NodeError refusal = refusal();
    if (refusal != null) {
      result.completeExceptionally(new NodeException(refusal));
      return false;
    }
    int id = made == null ? context.nodes().subscriptions().takeId() : made.id();
    made = context.staging().make(batch.changes(), id, definition, start);
    return true;
  }

  private @Nullable NodeError refusal() {
    String address = definition.address();
    NodeError denied = context.access().denied(principal, Permission.CREATE, address);
    if (denied != null) {
      return denied;
    }
    boolean pattern = NodeName.isPattern(definition.source());
    Optional<String> problem =
        pattern
            ? NodeName.patternProblem(definition.source())
            : NodeName.problem(definition.source());
    if (problem.isEmpty()) {
      problem = NodeName.subscriptionProblem(definition.name());
    }
    if (problem.isPresent()) {
      return new NodeError(NodeError.Code.INVALID, problem.get());
    }
    if (!pattern && context.nodes().topic(definition.source()) == null) {
      return PublisherLinks.noSuchNode(definition.source());
    }
    return context.nodes().subscriptions().find(address) == null
        ? null
        : new NodeError(NodeError.Code.CONFLICT, "there is a subscription " + address + " already");
  }

  @Override
  public void committed() {
    if (made == null) {
      return;
    }
    TopicSubscription subscription = context.nodes().subscriptions().find(made.id());
    if (subscription == null) {
      subscription = context.nodes().add(made);
    }
    result.complete(subscription.info(context.store().view()));
  }
}
