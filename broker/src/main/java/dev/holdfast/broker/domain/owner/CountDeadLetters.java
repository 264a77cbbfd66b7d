package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.DeadLetterAdmin.Count;
import dev.holdfast.broker.domain.DeadLetterTask.Order;
import dev.holdfast.broker.domain.DeadLetterTask.Skip;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What a task would do, found out page by page by the code that tasks run. Owner thread. */
final class CountDeadLetters {
  private final AdminContext context;
  private final Principal principal;
  private final Order order;
  private final LogCursor cursor;
  private final CompletableFuture<Count> result;
  private final Map<String, Long> skipped = new HashMap<>();
  private long messages;
  private long bytes;

  /** Makes one that ends with what is there now. */
  CountDeadLetters(
      AdminContext context,
      Principal principal,
      Order order,
      Queue queue,
      CompletableFuture<Count> result) {
    this.context = context;
    this.principal = principal;
    this.order = order.with(order.filter().upTo(queue.log.nextSequence - 1));
    this.cursor = queue.subscription.cursors().get(0);
    this.result = result;
  }

  /** Goes on from this sequence. */
  void from(long sequence) {
    List<ChunkInfo> chunks =
        DeadLetterReads.next(
            context.store().view(), cursor, sequence, order.filter().death().toSequence());
    if (chunks.isEmpty()) {
      result.complete(new Count(messages, bytes, Map.copyOf(skipped)));
      return;
    }
    context.reads().read(cursor.log.id, chunks, this::take);
  }

  private void take(List<ReadAhead.Result> results) {
    StoreView.CursorView view = cursor.view(context.store().view());
    if (cursor.closed || view == null) {
      result.completeExceptionally(new NodeException(NodeRegistry.DELETED));
      return;
    }
    DeadLetterChoice choices =
        new DeadLetterChoice(context.tasks().destinations(), order, principal, cursor, view);
    long next = 0;
    for (ReadAhead.Result read : results) {
      next = read.chunk().endSequence();
      if (read.messages() != null) {
        read.messages().forEach(message -> count(choices, message));
      } else if (read.corrupt()) {
        context.backlogs().report(cursor.log.name, read);
        skipped.merge(Skip.UNREADABLE.code(), (long) read.chunk().count(), Long::sum);
      } else {
        result.completeExceptionally(
            new NodeException(
                new NodeError(NodeError.Code.INTERNAL, "the messages cannot be read; try again")));
        return;
      }
    }
    from(next);
  }

  private void count(DeadLetterChoice choices, StoredMessage message) {
    DeadLetterChoice.Choice choice = choices.of(message);
    if (choice != null && choice.skip() != null) {
      skipped.merge(choice.skip().code(), 1L, Long::sum);
    } else if (choice != null) {
      messages++;
      bytes += message.bytes();
    }
  }
}
