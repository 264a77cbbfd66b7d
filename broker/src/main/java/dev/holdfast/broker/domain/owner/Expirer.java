package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.deadletter.DeadLetterDecider;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.deadletter.Verdict;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ends messages at the moment at which their time runs out, wherever in a log they are.
 *
 * <p>There is no timer for each message: the store knows for each chunk when its first message
 * expires. At that moment the chunk is read, what has expired in it is dead-lettered or dropped,
 * and the chunk's next moment is noted. Messages out at consumers are left to whoever settles them.
 * Until the chunk has been read, nobody is given a message that has expired: what dispatching meets
 * comes here at once.
 *
 * <p>Owner thread.
 */
final class Expirer {
  private static final int CHUNKS_AT_ONCE = 16;
  private static final long BYTES_AT_ONCE = 1 << 20;
  private static final long RETRY_MS = 500;

  /** How soon to look again at what has expired while it was out at a consumer. */
  private static final long HELD_MS = 10_000;

  private final MessageStore store;
  private final StagedBatch batch;
  private final StoreGate gate;
  private final ReadAhead reads;
  private final BacklogReader backlogs;
  private final DeadLetterMaker deadLetters;
  private final Undertaker undertaker;
  private final Alarms alarms;
  private final TurnNotes notes;

  Expirer(Timekeeper.Parts parts, Alarms alarms) {
    this.store = parts.store();
    this.batch = parts.batch();
    this.gate = parts.gate();
    this.reads = parts.reads();
    this.backlogs = parts.backlogs();
    this.deadLetters = parts.deadLetters();
    this.undertaker = parts.undertaker();
    this.alarms = alarms;
    this.notes = parts.notes();
  }

  /** Something in this log expires at this moment. */
  void watch(NodeLog log, long atMs) {
    if (atMs == Long.MAX_VALUE || log.examining || log.replaced) {
      return;
    }
    Alarms.Alarm alarm = log.expiry;
    if (alarm == null) {
      alarm = new Alarms.Alarm(now -> due(log, now));
      log.expiry = alarm;
    }
    alarms.soonest(alarm, atMs);
  }

  /** Memory has been rebuilt from the store: what was under way no longer counts. */
  void rebuilt(NodeLog log) {
    log.examining = false;
    log.examination++;
    StoreView.LogView view = store.view().log(log.id);
    watch(log, view == null ? Long.MAX_VALUE : view.nextExpiryMs());
  }

  private void due(NodeLog log, long nowMs) {
    StoreView.LogView view = store.view().log(log.id);
    if (view == null || log.examining || log.replaced) {
      return;
    }
    List<ChunkInfo> chunks = new ArrayList<>();
    long bytes = 0;
    for (ChunkInfo chunk : view.chunksExpiring(nowMs, CHUNKS_AT_ONCE)) {
      if (bytes < BYTES_AT_ONCE) {
        chunks.add(chunk);
        bytes += chunk.heldBytes();
      }
    }
    if (chunks.isEmpty()) {
      watch(log, view.nextExpiryMs());
      return;
    }
    log.examining = true;
    int examination = log.examination;
    reads.read(
        log.id,
        chunks,
        results -> {
          if (log.examination == examination && !log.replaced) {
            log.examining = false;
            examine(log, results);
          }
        });
  }

  private void examine(NodeLog log, List<ReadAhead.Result> results) {
    StoreView.LogView view = store.view().log(log.id);
    if (view == null) {
      return;
    }
    boolean waits = false;
    for (ReadAhead.Result result : results) {
      if (result.messages() != null) {
        waits |= !examine(log, view, result.chunk(), result.messages());
      } else if (result.corrupt()) {
        backlogs.report(log.name, result);
        view.expiryExamined(result.chunk().firstSequence(), 0);
      } else {
        waits = true;
      }
    }
    watch(log, waits ? batch.nowMs() + RETRY_MS : view.nextExpiryMs());
  }

  /** False when something of it has to wait. */
  private boolean examine(
      NodeLog log, StoreView.LogView view, ChunkInfo chunk, List<StoredMessage> messages) {
    boolean all = true;
    List<LogCursor> cursors = log.cursors();
    for (int i = 0; i < cursors.size(); i++) {
      all &= expire(cursors.get(i), view, messages);
    }
    if (all) {
      view.expiryExamined(chunk.firstSequence(), next(cursors, view, messages));
    }
    return all;
  }

  /** When the next message of a chunk expires that some cursor still has; 0: none does. */
  private long next(List<LogCursor> cursors, StoreView.LogView view, List<StoredMessage> messages) {
    long next = Long.MAX_VALUE;
    for (StoredMessage message : messages) {
      long expiry = message.expiryMs();
      if (isExpired(expiry, batch.nowMs())) {
        // Out at a consumer. Should it come back after the clock has been set back, it has time
        // left, which somebody has to watch.
        expiry = batch.nowMs() + HELD_MS;
      }
      if (expiry != 0 && expiry < next && isWaitedFor(cursors, view, message.sequence())) {
        next = expiry;
      }
    }
    return next == Long.MAX_VALUE ? 0 : next;
  }

  private static boolean isWaitedFor(
      List<LogCursor> cursors, StoreView.LogView view, long sequence) {
    for (int i = 0; i < cursors.size(); i++) {
      LogCursor cursor = cursors.get(i);
      StoreView.CursorView cursorView = view.cursor(cursor.id);
      if (cursorView != null
          && !cursorView.acknowledged(sequence)
          && !cursor.isDeparting(sequence)) {
        return true;
      }
    }
    return false;
  }

  private boolean expire(LogCursor cursor, StoreView.LogView view, List<StoredMessage> messages) {
    StoreView.CursorView cursorView = view.cursor(cursor.id);
    if (cursorView == null || cursorView.messages() == 0) {
      return true;
    }
    boolean all = true;
    long @Nullable [] out = null;
    for (StoredMessage message : messages) {
      if (!isExpired(message.expiryMs(), batch.nowMs())
          || cursorView.acknowledged(message.sequence())) {
        continue;
      }
      if (out == null) {
        out = cursor.outSequences();
        Arrays.sort(out);
      }
      if (Arrays.binarySearch(out, message.sequence()) < 0) {
        all &= stage(cursor, cursorView, message);
      }
    }
    return all;
  }

  /** Whether a message with this expiry is past it. */
  static boolean isExpired(long expiryMs, long nowMs) {
    return expiryMs != 0 && expiryMs <= nowMs;
  }

  /** Stages what dispatching has met and not handed out. */
  void stageMet() {
    if (!notes.hasExpired()) {
      return;
    }
    for (TurnNotes.Met met : notes.takeExpired()) {
      LogCursor cursor = met.cursor();
      StoreView.CursorView view = cursor.view(store.view());
      if (!cursor.closed
          && view != null
          && !view.acknowledged(met.message().sequence())
          && !stage(cursor, view, met.message())) {
        // Its chunk still counts as due: there it is found again, once it can be moved.
        watch(cursor.log, batch.nowMs() + RETRY_MS);
      }
    }
  }

  /** False when it cannot be done now; it is tried again. */
  private boolean stage(LogCursor cursor, StoreView.CursorView view, StoredMessage message) {
    if (cursor.isDeparting(message.sequence())) {
      return true;
    }
    Subscription from = cursor.subscription;
    if (from.intake != null && !from.intake.takes(message)) {
      batch.depart(cursor, message);
      return true;
    }
    DeliveryHistory history = view.history(message.sequence());
    boolean drop = from.undeliverable == Subscription.Undeliverable.DROP || from.expiry.drops;
    if (DeadLetterDecider.expired(history.failures(), drop) instanceof Verdict.DeadLetter dead) {
      if (gate.refusal() != null) {
        return false;
      }
      DeathRecord.Failures failures =
          new DeathRecord.Failures(
              dead.failures(), history.firstFailedMs(), history.lastFailedMs(), "");
      DeathRecord.Words words = DeathRecord.Words.of(dead.reason());
      byte[] annotations = MessageAttributes.annotations(message.attributes());
      if (!undertaker.bury(from, message, words, failures, annotations)) {
        deadLetters.make(from, () -> watch(cursor.log, batch.nowMs()));
        return false;
      }
    }
    batch.depart(cursor, message);
    from.expiry.expired++;
    batch.counts().expired();
    return true;
  }
}
