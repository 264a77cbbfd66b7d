package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterTask;
import dev.holdfast.broker.domain.DeadLetterTask.Order;
import dev.holdfast.broker.domain.DeadLetterTask.Progress;
import dev.holdfast.broker.domain.DeadLetterTask.State;
import dev.holdfast.broker.domain.NodeException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Begins a task on the messages that are there now. */
final class StartTask implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final Order order;
  private final CompletableFuture<DeadLetterTask> result;
  private TaskCodec.@Nullable StoredTask stored;
  private List<Long> forgotten = List.of();

  StartTask(
      AdminContext context,
      Principal principal,
      Order order,
      CompletableFuture<DeadLetterTask> result) {
    this.context = context;
    this.principal = principal;
    this.order = order;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      TaskCodec.StoredTask task = stored == null ? make(batch.nowMs()) : stored;
      stored = task;
      batch.changes().putDefinition(TaskCodec.key(task.task().id()), TaskCodec.encode(task));
      forgotten = context.tasks().stageForgetting();
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
  }

  private TaskCodec.StoredTask make(long nowMs) {
    Queue queue = DeadLetterAccess.source(context, principal, order);
    long waiting = queue == null ? 0 : queue.messages(context.store().view());
    long last = queue == null ? 0 : queue.log.nextSequence - 1;
    Progress progress =
        new Progress(
            queue == null ? State.DONE : State.RUNNING,
            principal.name(),
            nowMs,
            nowMs,
            waiting,
            0,
            0,
            0,
            Map.of(),
            "");
    return new TaskCodec.StoredTask(
        new DeadLetterTask(
            context.tasks().nextId(), order.with(order.filter().upTo(last)), progress),
        principal,
        queue == null ? 0 : queue.log.id);
  }

  @Override
  public void committed() {
    TaskCodec.StoredTask task = stored;
    if (task != null) {
      context.tasks().forget(forgotten);
      DeadLetterTasks.LOG.info(
          "{} began task {}: {} what is in {}{}",
          principal.name(),
          task.task().id(),
          order.action().code(),
          order.source(),
          order.to().isEmpty() ? "" : " to " + order.to());
      result.complete(context.tasks().add(task).task());
    }
  }
}
