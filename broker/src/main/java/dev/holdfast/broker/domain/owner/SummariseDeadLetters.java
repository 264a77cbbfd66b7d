package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.DeadLetterAdmin.Summary;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Tells how many dead letters there are, by reason, source and age. What has not been counted (it
 * is older than the count, or was purged around) is counted first, once, page by page. Owner
 * thread.
 */
final class SummariseDeadLetters {
  private final AdminContext context;
  private final String node;
  private final Queue queue;
  private final LogCursor cursor;
  private final DeadLetterTally tally;
  private final CompletableFuture<Summary> result;
  private int epoch;
  private long last;

  SummariseDeadLetters(
      AdminContext context, String node, Queue queue, CompletableFuture<Summary> result) {
    this.context = context;
    this.node = node;
    this.queue = queue;
    this.cursor = queue.subscription.cursors().get(0);
    this.tally = queue.tally();
    this.result = result;
  }

  void run() {
    if (tally.known()) {
      answer();
    } else if (tally.busy()) {
      // In a later turn: reading nothing takes one.
      context.reads().read(cursor.log.id, List.of(), nothing -> run());
    } else {
      last = queue.log.nextSequence - 1;
      epoch = tally.beginCount(last);
      from(0);
    }
  }

  private void answer() {
    StoreView view = context.store().view();
    result.complete(
        new Summary(node, queue.messages(view), queue.subscription.bytes(view), tally.groups()));
  }

  private void from(long sequence) {
    List<ChunkInfo> chunks = DeadLetterReads.next(context.store().view(), cursor, sequence, last);
    if (chunks.isEmpty()) {
      tally.endCount();
      context.tasks().counted(tally);
      answer();
    } else {
      context.reads().read(cursor.log.id, chunks, this::take);
    }
  }

  private void take(List<ReadAhead.Result> results) {
    StoreView.CursorView view = cursor.view(context.store().view());
    if (cursor.closed || view == null) {
      result.completeExceptionally(new NodeException(NodeRegistry.DELETED));
      return;
    }
    if (!tally.isCounting(epoch)) {
      // Somebody else counts, or something came between: from the beginning, or done already.
      run();
      return;
    }
    for (ReadAhead.Result read : results) {
      if (read.messages() != null) {
        for (StoredMessage message : read.messages()) {
          if (message.sequence() <= last && !view.acknowledged(message.sequence())) {
            tally.count(message);
          }
        }
      } else if (read.corrupt()) {
        context.backlogs().report(cursor.log.name, read);
      } else {
        tally.forget();
        result.completeExceptionally(
            new NodeException(
                new NodeError(
                    NodeError.Code.INTERNAL, "the dead letters cannot be read; try again")));
        return;
      }
      tally.countedTo(read.chunk().endSequence());
    }
    from(results.get(results.size() - 1).chunk().endSequence());
  }
}
