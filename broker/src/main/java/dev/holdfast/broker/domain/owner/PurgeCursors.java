package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Removes what is in a queue or subscription and not out at a consumer, and what a queue keeps back
 * until its moment; timers that find their message gone do nothing. Chunks of which nothing is out
 * go whole and unread; the few others are read here, on the owner thread, because this is rare and
 * short.
 */
final class PurgeCursors implements NodeChange {
  private final AdminContext context;
  private final Supplier<Purged> choice;
  private final CompletableFuture<Long> result;
  private @Nullable Purged chosen;
  private long before = -1;

  /**
   * Whose messages go.
   *
   * @param group those that wait in it
   * @param delayed and those that wait for their moment; null: there are none
   */
  record Purged(Subscription group, @Nullable LogCursor delayed) {

    List<LogCursor> cursors() {
      List<LogCursor> all = new ArrayList<>(group.cursors());
      if (delayed != null) {
        all.add(delayed);
      }
      return all;
    }

    long messages(StoreView view) {
      return group.messages(view) + (delayed == null ? 0 : delayed.messages(view));
    }
  }

  /**
   * Makes one.
   *
   * @param choice finds whose messages go; throws {@link NodeException} when they may not
   */
  PurgeCursors(AdminContext context, Supplier<Purged> choice, CompletableFuture<Long> result) {
    this.context = context;
    this.choice = choice;
    this.result = result;
  }

  @Override
  public boolean stage(StagedBatch batch) {
    try {
      Purged purged = choice.get();
      chosen = purged;
      if (before < 0) {
        before = purged.messages(context.store().view());
      }
      for (LogCursor cursor : purged.cursors()) {
        stage(batch, cursor);
      }
      return true;
    } catch (NodeException refused) {
      result.completeExceptionally(refused);
      return false;
    } catch (StoreException unreadable) {
      result.completeExceptionally(
          new NodeException(
              new NodeError(NodeError.Code.INTERNAL, "the messages cannot be read; try again")));
      return false;
    }
  }

  private void stage(StagedBatch batch, LogCursor cursor) throws StoreException {
    StoreView.LogView log = context.store().view().log(cursor.log.id);
    StoreView.CursorView view = log == null ? null : log.cursor(cursor.id);
    if (log == null || view == null || view.messages() == 0) {
      return;
    }
    long[] out = cursor.outSequences();
    Arrays.sort(out);
    long from = 0;
    for (long sequence : out) {
      ChunkInfo chunk = sequence < from ? null : log.chunkAtOrAfter(sequence);
      if (chunk != null) {
        batch.changes().purge(log.id(), cursor.id, from, chunk.firstSequence());
        purgeAround(batch, cursor, view, chunk, out);
        from = chunk.endSequence();
      }
    }
    batch.changes().purge(log.id(), cursor.id, from, Long.MAX_VALUE);
    batch.goneUnread(cursor.log);
  }

  private void purgeAround(
      StagedBatch batch, LogCursor cursor, StoreView.CursorView view, ChunkInfo chunk, long[] out)
      throws StoreException {
    for (StoredMessage message : context.store().read(cursor.log.id, chunk)) {
      long sequence = message.sequence();
      if (!view.acknowledged(sequence) && Arrays.binarySearch(out, sequence) < 0) {
        batch.changes().acknowledge(cursor.log.id, cursor.id, sequence, message.bytes());
      }
    }
  }

  @Override
  public void committed() {
    if (chosen != null) {
      StoreView view = context.store().view();
      for (LogCursor cursor : chosen.cursors()) {
        cursor.purged(view);
        if (cursor.log.tally != null && cursor.messages(view) == 0) {
          cursor.log.tally.empty();
        }
      }
      // A consumer may wait for a read that no longer matters, or for the answer to its drain.
      context.dirty().add(chosen.group());
      result.complete(before - chosen.messages(view));
    }
  }
}
