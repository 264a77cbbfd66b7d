package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.storage.StoreBatch;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Makes a queue: its logs, one for dead letters and a definition, in one batch. */
final class CreateQueue implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final QueueDefinition definition;
  private final CompletableFuture<QueueInfo> result;
  private NodeCodec.@Nullable StoredQueue made;

  CreateQueue(
      AdminContext context,
      Principal principal,
      QueueDefinition definition,
      CompletableFuture<QueueInfo> result) {
    this.context = context;
    this.principal = principal;
    this.definition = definition;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    NodeError refusal = refusal();
    if (refusal != null) {
      result.completeExceptionally(new NodeException(refusal));
      return false;
    }
    Node present = context.nodes().find(definition.name());
    if (present != null) {
      if (made != null && present instanceof Queue queue && made.logId() == queue.log.id) {
        return true;
      }
      result.completeExceptionally(
          new NodeException(
              new NodeError(
                  NodeError.Code.CONFLICT, "there is a node " + definition.name() + " already")));
      return false;
    }
    int log = context.store().view().nextLogId();
    int dead = log + Queue.logs(definition);
    NodeCodec.StoredQueue stored = new NodeCodec.StoredQueue(definition, log, dead);
    made = stored;
    StoreBatch changes = batch.changes();
    for (int id = log; id <= dead; id++) {
      changes.createLog(id);
      changes.createCursor(id, Queue.CURSOR, 1);
    }
    changes.putDefinition(NodeCodec.key(log), NodeCodec.encode(stored));
    return true;
  }

  private @Nullable NodeError refusal() {
    NodeError denied =
        context.access().denied(principal, Permission.CREATE, NodeKind.QUEUE, definition.name());
    if (denied != null) {
      return denied;
    }
    Optional<String> problem = NodeName.problem(definition.name());
    if (problem.isPresent()) {
      return new NodeError(NodeError.Code.INVALID, problem.get());
    }
    return context.definitionProblem(principal, definition);
  }

  @Override
  public void committed() {
    Queue queue = context.nodes().queue(definition.name());
    if (queue == null && made != null) {
      queue = context.nodes().add(made);
    }
    if (queue != null) {
      result.complete(queue.info(context.store().view()));
    }
  }
}
