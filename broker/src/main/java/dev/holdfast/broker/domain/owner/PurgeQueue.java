package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Removes what is in a queue and not out at a consumer. Chunks of which nothing is out go whole and
 * unread; the few others are read here, on the owner thread, because this is rare and short.
 */
final class PurgeQueue implements AdminChange {
  private final AdminContext context;
  private final Principal principal;
  private final String name;
  private final CompletableFuture<Long> result;
  private @Nullable Queue chosen;
  private long before = -1;

  PurgeQueue(
      AdminContext context, Principal principal, String name, CompletableFuture<Long> result) {
    this.context = context;
    this.principal = principal;
    this.name = name;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      Queue queue = context.queue(principal, Permission.PURGE, name);
      chosen = queue;
      if (before < 0) {
        before = queue.messages(context.store().view());
      }
      stage(batch, queue);
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    } catch (StoreException unreadable) {
      result.completeExceptionally(
          new NodeException(
              new NodeError(NodeError.Code.INTERNAL, "the queue cannot be read now; try again")));
      return false;
    }
  }

  private void stage(StagedBatch batch, Queue queue) throws StoreException {
    StoreView.LogView log = context.store().view().log(queue.log.id);
    StoreView.CursorView cursor = log == null ? null : log.cursor(Queue.CURSOR);
    if (log == null || cursor == null || cursor.messages() == 0) {
      return;
    }
    long[] out = queue.cursor.outSequences();
    Arrays.sort(out);
    long from = 0;
    for (long sequence : out) {
      ChunkInfo chunk = sequence < from ? null : log.chunkAtOrAfter(sequence);
      if (chunk != null) {
        batch.changes().purge(queue.log.id, Queue.CURSOR, from, chunk.firstSequence());
        purgeAround(batch, queue, cursor, chunk, out);
        from = chunk.endSequence();
      }
    }
    batch.changes().purge(queue.log.id, Queue.CURSOR, from, Long.MAX_VALUE);
  }

  private void purgeAround(
      StagedBatch batch, Queue queue, StoreView.CursorView cursor, ChunkInfo chunk, long[] out)
      throws StoreException {
    for (StoredMessage message : context.store().read(queue.log.id, chunk)) {
      long sequence = message.sequence();
      if (!cursor.acknowledged(sequence) && Arrays.binarySearch(out, sequence) < 0) {
        batch.changes().acknowledge(queue.log.id, Queue.CURSOR, sequence, message.bytes());
      }
    }
  }

  @Override
  public void committed() {
    if (chosen != null) {
      chosen.cursor.purged(context.store().view());
      // A consumer may wait for a read that no longer matters, or for the answer to its drain.
      context.dirty().add(chosen.subscription);
      result.complete(before - chosen.messages(context.store().view()));
    }
  }
}
