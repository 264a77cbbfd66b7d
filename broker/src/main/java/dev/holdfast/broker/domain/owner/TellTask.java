package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.DeadLetterTask.Progress;
import dev.holdfast.broker.domain.DeadLetterTask.State;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Pauses, resumes or cancels a task. */
final class TellTask implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final long id;
  private final State state;
  private final CompletableFuture<DeadLetterTask> result;
  private @Nullable Progress progress;

  TellTask(
      AdminContext context,
      Principal principal,
      long id,
      State state,
      CompletableFuture<DeadLetterTask> result) {
    this.context = context;
    this.principal = principal;
    this.id = id;
    this.state = state;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      DeadLetterTasks.Run run = DeadLetterAccess.run(context, principal, id, true);
      State now = run.progress.state();
      if (!now.open() && now != state) {
        throw new NodeException(
            new NodeError(
                NodeError.Code.NOT_ALLOWED, "task " + id + " is over: it is " + now.code()));
      }
      Progress next = run.progress.in(state, "", batch.nowMs());
      progress = next;
      batch.changes().putDefinition(TaskCodec.key(id), TaskCodec.encode(run.with(next)));
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
  }

  @Override
  public void committed() {
    DeadLetterTasks.Run run = context.tasks().find(id);
    if (run != null && progress != null) {
      context.tasks().told(run, progress);
      DeadLetterTasks.LOG.info("{} told task {} to be {}", principal.name(), id, state.code());
      result.complete(run.task());
    }
  }
}
