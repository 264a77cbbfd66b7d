package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A receiving link that looks at a queue's messages and takes none (distribution-mode copy): from
 * the oldest to the end, those out at consumers included, then what comes while its credit lasts.
 * It has no part in the queue's backlog: it reads the log for itself, a chunk at a time, those of a
 * prioritised queue in order of priority.
 */
final class Browser {
  private static final long RETRY_MS = 500;

  final ReceivingLink link;
  final Peer peer;
  final Queue queue;
  private final @Nullable MessageFilter filter;

  /** What has been read and not handed out. */
  private final ArrayDeque<StoredMessage> buffer = new ArrayDeque<>();

  /** The sequence to look at next in each of the queue's logs. */
  private final long[] next;

  /** The log that is looked at. */
  private int at;

  private boolean reading;
  private boolean closed;
  private long retryMs;

  Browser(ReceivingLink link, Peer peer, Queue queue, @Nullable MessageFilter filter) {
    this.link = link;
    this.peer = peer;
    this.queue = queue;
    this.filter = filter;
    this.next = new long[queue.logs().size()];
  }

  /** A copy at a browser: whatever becomes of it, nothing becomes of the message. */
  record Copy(Browser browser, StoredMessage message, int deliveryCount) implements Delivery {

    @Override
    public boolean firstAcquirer() {
      return deliveryCount == 0;
    }
  }

  void close() {
    closed = true;
    buffer.clear();
  }

  /** The queue is gone. */
  void deleted() {
    close();
    link.emit(new EdgeEvent.ConsumerClosed(link.port, NodeRegistry.DELETED));
  }

  /** Hands out what credit allows, then reads on or answers a drain. */
  void run(StoreView view, long nowMs, ReadAhead reads, BacklogReader reports) {
    if (closed) {
      return;
    }
    StoreView.LogView log = view.log(queue.logs().get(at).id);
    StoreView.CursorView cursor = log == null ? null : log.cursor(Queue.CURSOR);
    while (cursor != null && link.hasCredit() && !buffer.isEmpty()) {
      look(buffer.removeFirst(), cursor, nowMs);
    }
    if (buffer.isEmpty() && !reading) {
      log = nextLog(view);
    }
    boolean atEnd = buffer.isEmpty() && !reading && log == null;
    if (link.draining() && (link.limitReached() || atEnd)) {
      link.drained(0);
    } else if (link.hasCredit()
        && buffer.isEmpty()
        && !reading
        && log != null
        && nowMs >= retryMs) {
      read(log, nowMs, reads, reports);
    }
  }

  /** The first log that has something that it has not looked at; null: none has. */
  private StoreView.@Nullable LogView nextLog(StoreView view) {
    for (int i = 0; i < next.length; i++) {
      StoreView.LogView log = view.log(queue.logs().get(i).id);
      StoreView.CursorView cursor = log == null ? null : log.cursor(Queue.CURSOR);
      if (log != null && cursor != null) {
        next[i] = cursor.nextUnacknowledged(Math.max(next[i], log.firstSequence()));
        if (next[i] < log.nextSequence()) {
          at = i;
          return log;
        }
      }
    }
    return null;
  }

  private void look(StoredMessage message, StoreView.CursorView cursor, long nowMs) {
    long sequence = message.sequence();
    next[at] = sequence + 1;
    if (cursor.acknowledged(sequence)) {
      return;
    }
    DeliveryHistory history = cursor.history(sequence);
    boolean there =
        history.notBeforeMs() <= nowMs
            && (message.expiryMs() == 0 || message.expiryMs() > nowMs)
            && (filter == null || filter.matches(message, history.failures()));
    if (there) {
      link.deliver(new Copy(this, message, history.failures()), message.heldBytes());
    }
  }

  private void read(StoreView.LogView log, long nowMs, ReadAhead reads, BacklogReader reports) {
    ChunkInfo chunk = log.chunkAtOrAfter(next[at]);
    if (chunk == null) {
      return;
    }
    reading = true;
    reads.read(log.id(), List.of(chunk), results -> take(results.get(0), nowMs, reports));
  }

  private void take(ReadAhead.Result result, long askedMs, BacklogReader reports) {
    reading = false;
    if (closed) {
      return;
    }
    List<StoredMessage> messages = result.messages();
    if (messages != null) {
      for (StoredMessage message : messages) {
        if (message.sequence() >= next[at]) {
          buffer.addLast(message);
        }
      }
      if (messages.isEmpty()) {
        next[at] = Math.max(next[at], result.chunk().endSequence());
      }
    } else if (result.corrupt()) {
      reports.report(queue.name(), result);
      next[at] = Math.max(next[at], result.chunk().endSequence());
    } else {
      retryMs = askedMs + RETRY_MS;
    }
  }
}
