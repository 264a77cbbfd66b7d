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
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes a queue, as its template says and somebody changes it: its logs, one for dead letters and a
 * definition, in one batch.
 */
final class CreateQueue implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final String name;
  private final UnaryOperator<QueueDefinition> change;
  private final CompletableFuture<QueueInfo> result;
  private NodeCodec.@Nullable StoredQueue made;

  CreateQueue(
      AdminContext context,
      Principal principal,
      String name,
      UnaryOperator<QueueDefinition> change,
      CompletableFuture<QueueInfo> result) {
    this.context = context;
    this.principal = principal;
    this.name = name;
    this.change = change;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    NodeError refusal = nameRefusal();
    QueueDefinition definition = null;
    if (refusal == null) {
      try {
        definition = change.apply(context.nodes().templates().usual(name));
        refusal = context.definitionProblem(principal, definition);
      } catch (NodeException unfit) {
        refusal = unfit.error();
      }
    }
    if (refusal != null || definition == null) {
      result.completeExceptionally(new NodeException(Objects.requireNonNull(refusal)));
      return false;
    }
    Node present = context.nodes().find(name);
    if (present != null) {
      if (made != null && present instanceof Queue queue && made.logId() == queue.log.id) {
        return true;
      }
      result.completeExceptionally(
          new NodeException(
              new NodeError(NodeError.Code.CONFLICT, "there is a node " + name + " already")));
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

  private @Nullable NodeError nameRefusal() {
    NodeError denied = context.access().denied(principal, Permission.CREATE, NodeKind.QUEUE, name);
    if (denied != null) {
      return denied;
    }
    Optional<String> problem = NodeName.problem(name);
    if (problem.isPresent()) {
      return new NodeError(NodeError.Code.INVALID, problem.get());
    }
    return null;
  }

  @Override
  public void committed() {
    Queue queue = context.nodes().queue(name);
    if (queue == null && made != null) {
      queue = context.nodes().add(made);
    }
    if (queue != null) {
      result.complete(queue.info(context.store().view()));
    }
  }
}
