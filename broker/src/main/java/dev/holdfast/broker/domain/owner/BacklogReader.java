package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what queues need from the disk: the next stretch of a backlog, bodies that were let go.
 */
final class BacklogReader implements Settler.BodyFetcher {
  private static final Logger LOG = LoggerFactory.getLogger(BacklogReader.class);
  private static final long RETRY_MS = 500;

  private final MessageStore store;
  private final ReadAhead reads;
  private final DirtyQueues dirty;
  private final long readAheadBytes;
  private final Set<Long> reported = new HashSet<>();
  private final List<Queue> stalled = new ArrayList<>();
  private long retryAtMs = Long.MAX_VALUE;
  private @Nullable Settler settler;
  private long nowMs;

  BacklogReader(MessageStore store, ReadAhead reads, DirtyQueues dirty, long readAheadBytes) {
    this.store = store;
    this.reads = reads;
    this.dirty = dirty;
    this.readAheadBytes = readAheadBytes;
  }

  /** Closes the circle: outcomes need bodies, and bodies bring outcomes. Once, at the start. */
  void settler(Settler theSettler) {
    settler = theSettler;
  }

  /** Asks for the next stretch of this queue's backlog. */
  void request(Queue queue) {
    StoreView.LogView log = store.view().log(queue.logId);
    if (log == null) {
      return;
    }
    List<ChunkInfo> chunks = queue.backlog.chunksToRead(log, readAheadBytes);
    if (chunks.isEmpty()) {
      if (!queue.backlog.incomplete()) {
        dirty.add(queue);
      }
      return;
    }
    queue.loading = true;
    int epoch = queue.epoch;
    reads.read(queue.logId, chunks, results -> loaded(queue, epoch, results));
  }

  private void loaded(Queue queue, int epoch, List<ReadAhead.Result> results) {
    if (queue.deleted || queue.epoch != epoch) {
      return;
    }
    StoreView.CursorView cursor = cursor(queue);
    if (cursor == null) {
      return;
    }
    for (ReadAhead.Result result : results) {
      if (result.messages() != null) {
        queue.backlog.loaded(result.chunk(), result.messages(), cursor);
      } else if (result.corrupt()) {
        report(queue, result);
        queue.backlog.unreadable(result.chunk(), cursor);
      } else {
        stall(queue, result);
        dirty.add(queue);
        return;
      }
    }
    queue.loading = false;
    dirty.add(queue);
  }

  StoreView.@Nullable CursorView cursor(Queue queue) {
    StoreView.LogView log = store.view().log(queue.logId);
    return log == null ? null : log.cursor(Queue.CURSOR);
  }

  /** Tells the operator once for each chunk. */
  void report(Queue queue, ReadAhead.Result result) {
    ChunkInfo chunk = result.chunk();
    if (reported.add(chunk.chunkId())) {
      LOG.error(
          "queue {}: messages {} to {} cannot be delivered, their stored bytes do not verify: {}."
              + " They are kept; restore them from a backup, or purge the queue",
          queue.name(),
          chunk.firstSequence(),
          chunk.endSequence() - 1,
          result.failure() == null ? "" : result.failure().getMessage());
    }
  }

  private void stall(Queue queue, ReadAhead.Result result) {
    LOG.warn(
        "queue {}: reading failed and is tried again in {} ms",
        queue.name(),
        RETRY_MS,
        result.failure());
    stalled.add(queue);
    retryAtMs = nowMs + RETRY_MS;
  }

  /** Tries again what failed a while ago. */
  void wake(long now) {
    nowMs = now;
    if (now >= retryAtMs) {
      retryAtMs = Long.MAX_VALUE;
      for (Queue queue : stalled) {
        queue.loading = false;
        dirty.add(queue);
      }
      stalled.clear();
    }
  }

  long wakeUpMs() {
    return retryAtMs;
  }

  @Override
  public void fetchAndSettle(OutDelivery delivery) {
    StoreView.LogView log = store.view().log(delivery.consumer.queue.logId);
    ChunkInfo chunk = log == null ? null : log.chunkAtOrAfter(delivery.sequence);
    if (log != null && chunk != null) {
      reads.read(log.id(), List.of(chunk), results -> fetched(delivery, results.get(0)));
    }
  }

  private void fetched(OutDelivery delivery, ReadAhead.Result result) {
    if (delivery.state != OutDelivery.State.FETCHING || settler == null) {
      return;
    }
    if (result.messages() != null) {
      for (StoredMessage message : result.messages()) {
        if (message.sequence() == delivery.sequence) {
          delivery.pin(message);
          settler.resume(delivery);
          return;
        }
      }
    }
    Queue queue = delivery.consumer.queue;
    if (result.corrupt()) {
      report(queue, result);
      queue.unreadable(delivery);
      if (delivery.confirm) {
        delivery.consumer.outcomeStored(delivery);
      }
      return;
    }
    // The disk does not answer: back to its place, for another consumer or a later moment.
    delivery.state = OutDelivery.State.OUT;
    settler.settle(delivery, new Outcome.Modified(false, true), delivery.confirm);
  }
}
