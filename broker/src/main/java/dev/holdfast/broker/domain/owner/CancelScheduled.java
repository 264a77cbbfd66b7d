package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Deletes one message that waits for its moment, with its timer. */
final class CancelScheduled implements NodeChange {
  private final AdminContext context;
  private final Principal principal;
  private final String name;
  private final long sequence;
  private final CompletableFuture<Void> result;
  private @Nullable StoredMessage message;
  private boolean staged;

  CancelScheduled(
      AdminContext context,
      Principal principal,
      String name,
      long sequence,
      CompletableFuture<Void> result) {
    this.context = context;
    this.principal = principal;
    this.name = name;
    this.sequence = sequence;
    this.result = result;
  }

  /** Reads the message, which alone knows its moment, and then changes. Owner thread. */
  void read(OwnerInbox inbox) {
    LogCursor cursor = cursor();
    StoreView.LogView log = context.store().view().log(cursor.log.id);
    ChunkInfo chunk = log == null ? null : log.chunkAtOrAfter(sequence);
    if (chunk == null) {
      throw missing();
    }
    context
        .reads()
        .read(
            cursor.log.id,
            List.of(chunk),
            read -> {
              take(read.get(0));
              inbox.submit(List.of(new OwnerCommand.Call(this)));
            });
  }

  private void take(ReadAhead.Result read) {
    if (read.messages() != null) {
      for (StoredMessage each : read.messages()) {
        message = each.sequence() == sequence ? each : message;
      }
    }
  }

  private LogCursor cursor() {
    LogCursor cursor = FindScheduled.waiting(context, principal, Permission.PURGE, name).cursor();
    if (cursor == null) {
      throw missing();
    }
    return cursor;
  }

  private NodeException missing() {
    return new NodeException(
        new NodeError(NodeError.Code.NOT_FOUND, "no message " + sequence + " waits for " + name));
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      LogCursor cursor = cursor();
      StoreView.CursorView view = cursor.view(context.store().view());
      StoredMessage waiting = message;
      if (waiting == null || view == null || view.acknowledged(sequence)) {
        if (staged) {
          // The first attempt had reached the disk after all.
          return true;
        }
        throw missing();
      }
      long dueMs = MessageAttributes.decode(waiting.attributes()).dueMs();
      batch.changes().deleteTimer(Delays.timer(dueMs, cursor.log.id, sequence));
      batch.depart(cursor, waiting);
      staged = true;
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    }
  }

  @Override
  public void committed() {
    DeadLetterTasks.LOG.info(
        "{} cancelled the delayed message {} of {}", principal.name(), sequence, name);
    result.complete(null);
  }
}
