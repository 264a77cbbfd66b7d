package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.storage.StoreView;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Messages that wait, unanswered, until a full queue has room. Their links get no more credit than
 * they had, for the edge gives it for answers; so what waits is bounded by what links may send
 * ahead. Owner thread.
 */
final class BlockedPublishes {
  private static final NodeError GONE =
      new NodeError(NodeError.Code.FORCED, "the link was closed while the queue was full");

  private final Map<Queue, ArrayDeque<Waiting>> waiting = new LinkedHashMap<>();

  private record Waiting(PublisherTarget target, OwnerCommand.Publish command) {}

  /** Whether earlier messages for this queue wait. */
  boolean waitsFor(Queue queue) {
    return !waiting.isEmpty() && waiting.containsKey(queue);
  }

  void add(Queue queue, PublisherTarget target, OwnerCommand.Publish command) {
    waiting.computeIfAbsent(queue, any -> new ArrayDeque<>()).add(new Waiting(target, command));
  }

  /** Whether the first message for some queue need not wait any longer. */
  boolean mayGoOn(StoreView view) {
    for (Map.Entry<Queue, ArrayDeque<Waiting>> entry : waiting.entrySet()) {
      if (mayGoOn(entry.getKey(), entry.getValue().element(), view)) {
        return true;
      }
    }
    return false;
  }

  private static boolean mayGoOn(Queue queue, Waiting first, StoreView view) {
    return queue.deleted()
        || queue.room().fits(view, first.command.message().bytes(), Room.Ahead.NOTHING);
  }

  /** Hands on what has room now, in order. */
  void goOn(StoreView view, BiConsumer<PublisherTarget, OwnerCommand.Publish> store) {
    Iterator<Map.Entry<Queue, ArrayDeque<Waiting>>> queues = waiting.entrySet().iterator();
    while (queues.hasNext()) {
      Map.Entry<Queue, ArrayDeque<Waiting>> entry = queues.next();
      ArrayDeque<Waiting> line = entry.getValue();
      while (!line.isEmpty() && mayGoOn(entry.getKey(), line.element(), view)) {
        Waiting next = line.remove();
        store.accept(next.target, next.command);
      }
      if (line.isEmpty()) {
        queues.remove();
      }
    }
  }

  /**
   * The link is gone: what it has waiting is not stored.
   *
   * @param dropped hears of each
   */
  void drop(PublisherTarget target, Consumer<OwnerCommand.Publish> dropped) {
    Iterator<ArrayDeque<Waiting>> lines = waiting.values().iterator();
    while (lines.hasNext()) {
      ArrayDeque<Waiting> line = lines.next();
      line.removeIf(each -> each.target == target && refuse(each, dropped));
      if (line.isEmpty()) {
        lines.remove();
      }
    }
  }

  /** True: the edge gets its answer, which gives back what it holds for it. */
  private static boolean refuse(Waiting each, Consumer<OwnerCommand.Publish> dropped) {
    dropped.accept(each.command);
    if (each.command.confirm()) {
      each.target.answer(new PublishAnswer(each.command.token(), 0, GONE));
    }
    return true;
  }
}
