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
 * Brings what subscriptions need from the disk: the next stretch of a backlog, bodies that were let
 * go.
 */
final class BacklogReader implements Settler.BodyFetcher {
  private static final Logger LOG = LoggerFactory.getLogger(BacklogReader.class);
  private static final long RETRY_MS = 500;

  private final MessageStore store;
  private final ReadAhead reads;
  private final DirtySubscriptions dirty;
  private final StagedBatch batch;
  private final long readAheadBytes;
  private final Set<Long> reported = new HashSet<>();
  private final List<LogCursor> stalled = new ArrayList<>();
  private final List<Examined> stalledAhead = new ArrayList<>();
  private long retryAtMs = Long.MAX_VALUE;
  private @Nullable Settler settler;
  private long nowMs;

  BacklogReader(
      MessageStore store,
      ReadAhead reads,
      DirtySubscriptions dirty,
      StagedBatch batch,
      long readAheadBytes) {
    this.store = store;
    this.reads = reads;
    this.dirty = dirty;
    this.batch = batch;
    this.readAheadBytes = readAheadBytes;
  }

  /** Closes the circle: outcomes need bodies, and bodies bring outcomes. Once, at the start. */
  void settler(Settler theSettler) {
    settler = theSettler;
  }

  /** Asks for the next stretch of this cursor's backlog. */
  void request(LogCursor cursor) {
    StoreView.LogView log = store.view().log(cursor.log.id);
    if (log == null) {
      return;
    }
    Reading reading = cursor.backlog.toRead(log, readAheadBytes);
    if (reading.chunks().isEmpty()) {
      if (!cursor.backlog.incomplete()) {
        dirty.add(cursor.subscription);
      }
      return;
    }
    cursor.loading = true;
    int epoch = cursor.epoch;
    reads.read(
        cursor.log.id,
        reading.chunks(),
        results -> loaded(cursor, epoch, reading.onward(), results));
  }

  private void loaded(LogCursor cursor, int epoch, boolean onward, List<ReadAhead.Result> results) {
    StoreView.CursorView view = cursor.view(store.view());
    if (cursor.closed || cursor.epoch != epoch || view == null) {
      return;
    }
    for (ReadAhead.Result result : results) {
      if (result.messages() != null) {
        cursor.backlog.loaded(
            result.chunk(), cursor.choose(batch, result.messages(), view), onward, view, cursor);
      } else if (result.corrupt()) {
        report(cursor.subscription.name, result);
        cursor.backlog.unreadable(result.chunk(), onward, view);
      } else {
        stall(cursor, result);
        dirty.add(cursor.subscription);
        return;
      }
    }
    cursor.loading = false;
    cursor.subscription.touched(cursor);
    dirty.add(cursor.subscription);
  }

  /** Reads on beyond the window for a consumer that chooses. */
  void readOn(LogCursor cursor, Examined examined) {
    StoreView.LogView log = store.view().log(cursor.log.id);
    if (log == null) {
      return;
    }
    List<ChunkInfo> chunks = cursor.choosers.chunksFor(examined, log, readAheadBytes);
    if (chunks.isEmpty()) {
      dirty.add(cursor.subscription);
      return;
    }
    examined.reading = true;
    int epoch = cursor.epoch;
    reads.read(cursor.log.id, chunks, results -> readOn(cursor, examined, epoch, results));
  }

  private void readOn(
      LogCursor cursor, Examined examined, int epoch, List<ReadAhead.Result> results) {
    StoreView.CursorView view = cursor.view(store.view());
    if (cursor.closed || view == null) {
      return;
    }
    boolean more = cursor.epoch == epoch && !examined.consumer.closed;
    for (int i = 0; more && i < results.size(); i++) {
      ReadAhead.Result result = results.get(i);
      if (result.messages() != null) {
        more = examined.read(result.chunk(), result.messages(), view, cursor);
      } else if (result.corrupt()) {
        report(cursor.subscription.name, result);
        examined.skip(result.chunk());
      } else {
        stall(cursor, result);
        stalledAhead.add(examined);
        return;
      }
    }
    examined.reading = false;
    cursor.subscription.touched(cursor);
    dirty.add(cursor.subscription);
  }

  /** Tells the operator once for each chunk. */
  void report(String name, ReadAhead.Result result) {
    ChunkInfo chunk = result.chunk();
    if (reported.add(chunk.chunkId())) {
      LOG.error(
          "{} {}: messages {} to {} cannot be delivered, their stored bytes do not verify: {}."
              + " They are kept; restore them from a backup, or purge them",
          kind(name),
          name,
          chunk.firstSequence(),
          chunk.endSequence() - 1,
          result.failure() == null ? "" : result.failure().getMessage());
    }
  }

  private static String kind(String name) {
    return SubscriptionNames.isSubscription(name) ? "subscription" : "queue";
  }

  private void stall(LogCursor cursor, ReadAhead.Result result) {
    LOG.warn(
        "{} {}: reading failed and is tried again in {} ms",
        kind(cursor.subscription.name),
        cursor.subscription.name,
        RETRY_MS,
        result.failure());
    stalled.add(cursor);
    retryAtMs = nowMs + RETRY_MS;
  }

  /** Tries again what failed a while ago. */
  void wake(long now) {
    nowMs = now;
    if (now >= retryAtMs) {
      retryAtMs = Long.MAX_VALUE;
      for (LogCursor cursor : stalled) {
        cursor.loading = false;
        cursor.subscription.touched(cursor);
        dirty.add(cursor.subscription);
      }
      stalled.clear();
      stalledAhead.forEach(examined -> examined.reading = false);
      stalledAhead.clear();
    }
  }

  long wakeUpMs() {
    return retryAtMs;
  }

  @Override
  public void fetchAndSettle(OutDelivery delivery) {
    StoreView.LogView log = store.view().log(delivery.cursor.log.id);
    ChunkInfo chunk = log == null ? null : log.chunkAtOrAfter(delivery.sequence);
    if (log != null && chunk != null) {
      reads.read(log.id(), List.of(chunk), results -> fetched(delivery, results.get(0)));
    }
  }

  @Override
  public void fetch(OutDelivery delivery, Runnable then) {
    StoreView.LogView log = store.view().log(delivery.cursor.log.id);
    ChunkInfo chunk = log == null ? null : log.chunkAtOrAfter(delivery.sequence);
    if (log == null || chunk == null) {
      then.run();
      return;
    }
    reads.read(
        log.id(),
        List.of(chunk),
        results -> {
          if (!pin(delivery, results.get(0)) && results.get(0).corrupt()) {
            report(delivery.consumer.subscription.name, results.get(0));
          }
          then.run();
        });
  }

  private static boolean pin(OutDelivery delivery, ReadAhead.Result result) {
    if (result.messages() != null) {
      for (StoredMessage message : result.messages()) {
        if (message.sequence() == delivery.sequence) {
          delivery.pin(message);
          return true;
        }
      }
    }
    return false;
  }

  private void fetched(OutDelivery delivery, ReadAhead.Result result) {
    if (delivery.state != OutDelivery.State.WAITING || settler == null) {
      return;
    }
    if (pin(delivery, result)) {
      settler.resume(delivery);
      return;
    }
    Subscription subscription = delivery.consumer.subscription;
    if (result.corrupt()) {
      report(subscription.name, result);
      subscription.unreadable(delivery);
      dirty.add(subscription);
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
