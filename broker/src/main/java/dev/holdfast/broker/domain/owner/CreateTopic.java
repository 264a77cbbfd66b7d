package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.TopicDefinition;
import dev.holdfast.broker.domain.TopicInfo;
import dev.holdfast.storage.StoreBatch;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes a topic: a log, a definition, and a cursor for each pattern subscription that matches, so
 * that it misses nothing.
 */
final class CreateTopic implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final TopicDefinition definition;
  private final CompletableFuture<TopicInfo> result;
  private NodeCodec.@Nullable StoredTopic made;

  CreateTopic(
      AdminContext context,
      Principal principal,
      TopicDefinition definition,
      CompletableFuture<TopicInfo> result) {
    this.context = context;
    this.principal = principal;
    this.definition = definition;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    NodeError refusal = refusal();
    Node present = context.nodes().find(definition.name());
    if (refusal == null && present != null) {
      if (made != null && present instanceof Topic topic && made.logId() == topic.log.id) {
        return true;
      }
      refusal =
          new NodeError(
              NodeError.Code.CONFLICT, "there is a node " + definition.name() + " already");
    }
    if (refusal != null) {
      result.completeExceptionally(new NodeException(refusal));
      return false;
    }
    int log = context.store().view().nextLogId();
    NodeCodec.StoredTopic stored = new NodeCodec.StoredTopic(definition, log);
    made = stored;
    StoreBatch changes = batch.changes();
    changes.createLog(log);
    if (definition.retention().keeps()) {
      changes.createCursor(log, Topic.RETENTION, 1);
    }
    for (TopicSubscription each : context.nodes().subscriptions().matching(definition.name())) {
      changes.createCursor(log, each.id, 1);
    }
    changes.putDefinition(NodeCodec.key(log), NodeCodec.encode(stored));
    return true;
  }

  private @Nullable NodeError refusal() {
    NodeError denied =
        context.access().denied(principal, Permission.CREATE, NodeKind.TOPIC, definition.name());
    if (denied != null) {
      return denied;
    }
    Optional<String> problem = NodeName.problem(definition.name());
    if (problem.isPresent()) {
      return new NodeError(NodeError.Code.INVALID, problem.get());
    }
    NodeError negative = retentionProblem(definition.retention());
    return negative == null ? context.messageSizeProblem(definition.maxMessageBytes()) : negative;
  }

  /** Why there can be no such retention; null when there can. */
  static @Nullable NodeError retentionProblem(TopicDefinition.Retention retention) {
    return retention.maxAgeMs() < 0 || retention.maxBytes() < 0
        ? new NodeError(NodeError.Code.INVALID, "a retention must not be negative")
        : null;
  }

  @Override
  public void committed() {
    Topic topic = context.nodes().topic(definition.name());
    if (topic == null && made != null) {
      topic = context.nodes().add(made);
    }
    if (topic != null) {
      result.complete(topic.info(context.store().view()));
    }
  }
}
