package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.storage.StoreView;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Deletes a queue with its dead letters, in one batch. */
final class DeleteQueue implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final String name;
  private final CompletableFuture<Long> result;
  private @Nullable Queue chosen;
  private long lost;

  DeleteQueue(
      AdminContext context, Principal principal, String name, CompletableFuture<Long> result) {
    this.context = context;
    this.principal = principal;
    this.name = name;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    if (chosen != null && chosen.deleted()) {
      // The first attempt had reached the disk after all.
      return true;
    }
    try {
      chosen = context.queue(principal, Permission.DELETE, name);
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
    Queue dead = chosen.deadLetters;
    if (dead == null) {
      String owner = name.substring(0, name.length() - NodeName.DEAD_LETTER_SUFFIX.length());
      result.completeExceptionally(
          new NodeException(
              new NodeError(
                  NodeError.Code.INVALID,
                  "dead letters go with their queue: delete " + owner + ", or purge " + name)));
      return false;
    }
    StoreView view = context.store().view();
    lost =
        chosen.messages(view)
            + chosen.delayed().messages(view)
            + dead.messages(view)
            + dead.delayed().messages(view);
    dead.delayed().stageDrop(batch.changes(), dead.id());
    chosen.delayed().stageDrop(batch.changes(), chosen.id());
    batch.changes().dropLog(dead.log.id);
    batch.changes().deleteDefinition(DeadLetterTally.key(dead.log.id));
    for (NodeLog log : chosen.logs()) {
      batch.changes().dropLog(log.id);
    }
    batch.changes().deleteDefinition(NodeCodec.key(chosen.log.id));
    batch.changes().deleteDefinition(Maintenance.key(chosen));
    batch.changes().deleteDefinition(Maintenance.key(dead));
    return true;
  }

  @Override
  public void committed() {
    if (chosen != null && !chosen.deleted()) {
      context.nodes().remove(chosen);
    }
    result.complete(lost);
  }
}
