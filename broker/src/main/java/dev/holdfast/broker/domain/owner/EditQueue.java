package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueInfo;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Changes what was chosen for a queue while it is in use. */
final class EditQueue implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final String name;
  private final UnaryOperator<QueueDefinition> change;
  private final CompletableFuture<QueueInfo> result;
  private @Nullable Queue queue;
  private @Nullable QueueDefinition changed;

  EditQueue(
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
    try {
      Queue chosen = context.queue(principal, Permission.CONFIGURE, name);
      Queue dead = chosen.deadLetters;
      if (dead == null) {
        throw invalid("dead letters are kept as their queue says: edit that one");
      }
      QueueDefinition wanted = change.apply(chosen.definition);
      if (!wanted.serving().equals(chosen.definition.serving())) {
        throw invalid("how consumers are served is chosen when a queue is made, for good");
      }
      NodeError problem = context.definitionProblem(principal, wanted);
      if (problem != null) {
        throw new NodeException(problem);
      }
      batch
          .changes()
          .putDefinition(
              NodeCodec.key(chosen.log.id),
              NodeCodec.encode(new NodeCodec.StoredQueue(wanted, chosen.log.id, dead.log.id)));
      queue = chosen;
      changed = wanted;
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
  }

  private static NodeException invalid(String why) {
    return new NodeException(new NodeError(NodeError.Code.INVALID, why));
  }

  @Override
  public void committed() {
    Queue edited = queue;
    QueueDefinition wanted = changed;
    if (edited != null && wanted != null && !edited.deleted()) {
      edited.redefine(wanted);
      context.time().redefined(edited);
      result.complete(edited.info(context.store().view()));
    }
  }
}
