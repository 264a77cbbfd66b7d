package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Deletes a topic with the subscriptions that read only it, in one batch. */
final class DeleteTopic implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final String name;
  private final CompletableFuture<Long> result;
  private final List<TopicSubscription> subscriptions = new ArrayList<>();
  private @Nullable Topic chosen;

  DeleteTopic(
      AdminContext context, Principal principal, String name, CompletableFuture<Long> result) {
    this.context = context;
    this.principal = principal;
    this.name = name;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    if (chosen != null && chosen.deleted) {
      // The first attempt had reached the disk after all.
      return true;
    }
    try {
      chosen = context.topic(principal, Permission.DELETE, name);
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
    subscriptions.clear();
    for (LogCursor cursor : chosen.log.cursors()) {
      TopicSubscription each = context.nodes().subscriptions().of(cursor.subscription);
      if (each != null && each.pattern == null) {
        subscriptions.add(each);
        context.staging().dropRest(batch.changes(), each);
      }
    }
    chosen.delayed().stageDrop(batch.changes(), chosen.id());
    batch.changes().dropLog(chosen.log.id);
    batch.changes().deleteDefinition(NodeCodec.key(chosen.log.id));
    batch.changes().deleteDefinition(Maintenance.key(chosen));
    return true;
  }

  @Override
  public void committed() {
    for (TopicSubscription each : subscriptions) {
      if (context.nodes().subscriptions().find(each.id) == each) {
        context.nodes().remove(each, NodeRegistry.TOPIC_DELETED);
      }
    }
    if (chosen != null && !chosen.deleted) {
      context.nodes().remove(chosen);
    }
    result.complete((long) subscriptions.size());
  }
}
