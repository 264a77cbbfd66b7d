package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.MessageFilter;
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
 * It has no part in the queue's backlog: it reads the log for itself, a chunk at a time.
 */
final class Browser {
  private static final long RETRY_MS = 500;

  final ReceivingLink link;
  final Queue queue;
  private final @Nullable MessageFilter filter;

  /** What has been read and not handed out. */
  private final ArrayDeque<StoredMessage> buffer = new ArrayDeque<>();

  /** The sequence to look at next. */
  private long next = 1;

  private boolean reading;
  private boolean closed;
  private long retryMs;

  Browser(ReceivingLink link, Queue queue, @Nullable MessageFilter filter) {
    this.link = link;
    this.queue = queue;
    this.filter = filter;
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
    StoreView.LogView log = view.log(queue.log.id);
    StoreView.CursorView cursor = log == null ? null : log.cursor(Queue.CURSOR);
    if (closed || log == null || cursor == null) {
      return;
    }
    while (link.hasCredit() && !buffer.isEmpty()) {
      look(buffer.removeFirst(), cursor, nowMs);
    }
    if (buffer.isEmpty() && !reading) {
      next = cursor.nextUnacknowledged(Math.max(next, log.firstSequence()));
    }
    boolean atEnd = buffer.isEmpty() && !reading && next >= log.nextSequence();
    if (link.draining() && (link.limitReached() || atEnd)) {
      link.drained(0);
    } else if (link.hasCredit() && buffer.isEmpty() && !reading && !atEnd && nowMs >= retryMs) {
      read(log, nowMs, reads, reports);
    }
  }

  private void look(StoredMessage message, StoreView.CursorView cursor, long nowMs) {
    long sequence = message.sequence();
    next = sequence + 1;
    if (cursor.acknowledged(sequence)) {
      return;
    }
    DeliveryHistory history = cursor.history(sequence);
    boolean there =
        history.notBeforeMs() <= nowMs
            && (message.expiryMs() == 0 || message.expiryMs() > nowMs)
            && (filter == null || filter.matches(message, history.failures()));
    if (there) {
      link.deliver(new Copy(this, message, history.failures()), message.bytes());
    }
  }

  private void read(StoreView.LogView log, long nowMs, ReadAhead reads, BacklogReader reports) {
    ChunkInfo chunk = log.chunkAtOrAfter(next);
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
        if (message.sequence() >= next) {
          buffer.addLast(message);
        }
      }
      next = Math.max(next, messages.isEmpty() ? result.chunk().endSequence() : next);
    } else if (result.corrupt()) {
      reports.report(queue.name(), result);
      next = Math.max(next, result.chunk().endSequence());
    } else {
      retryMs = askedMs + RETRY_MS;
    }
  }
}
