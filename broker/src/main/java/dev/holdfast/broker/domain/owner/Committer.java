package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.MessageStore.Durability;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a batch, and treats a write that failed like a crash: nothing of it was answered; memory
 * is rebuilt from the store by the code that starts the broker; publishes are refused; what must
 * not be refused (outcomes, deletions) is decided and written again.
 *
 * <p>A failed batch may have reached the disk all the same. Then its publishes, which are refused,
 * are taken out again, so that a refusal means: not stored. A transaction cannot be taken out, its
 * acknowledgements being final: one that has reached the disk is committed, one that has not is
 * rolled back.
 */
final class Committer {
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
  private static final long MAX_PAUSE_MS = 250;

  private final MessageStore store;
  private final NodeRegistry nodes;
  private final StagedBatch batch;
  private final Settler settler;
  private final Discharger discharger;
  private final Outbox outbox;
  private final StoreGate gate;
  private final IdempotencyCheck keys;
  private final DirtySubscriptions dirty;
  private final Timekeeper time;
  private final DomainSettings settings;
  private final Pause pause;
  private final SlowCommits slow;
  private long unsyncedSinceMs = Long.MAX_VALUE;

  /** Lets time pass between attempts. */
  interface Pause {
    void pause(long milliseconds);
  }

  /** What a committer works with. */
  record Parts(
      MessageStore store,
      NodeRegistry nodes,
      StagedBatch batch,
      Settler settler,
      Discharger discharger,
      Outbox outbox,
      StoreGate gate,
      IdempotencyCheck keys,
      DirtySubscriptions dirty,
      Timekeeper time) {}

  private record Undo(NodeLog log, long sequence, int bytes) {}

  /** What a failed batch may have stored although it is refused. */
  private record Undos(List<Undo> appends, List<IdempotencyCheck.Staged> keys) {}

  Committer(Parts parts, DomainSettings settings, Pause pause) {
    this.store = parts.store();
    this.nodes = parts.nodes();
    this.batch = parts.batch();
    this.settler = parts.settler();
    this.discharger = parts.discharger();
    this.outbox = parts.outbox();
    this.gate = parts.gate();
    this.keys = parts.keys();
    this.dirty = parts.dirty();
    this.time = parts.time();
    this.settings = settings;
    this.pause = pause;
    this.slow =
        new SlowCommits(parts.batch().traffic().commits, settings.warnings().slowCommitMs());
  }

  /**
   * Commits the batch; returns with all of it committed but for publishes and transactions that are
   * refused now.
   *
   * @throws CommitFailedException nothing of the batch may be answered, and the broker must end
   */
  void commit() {
    batch.seal();
    if (batch.changes().isEmpty()) {
      if (batch.waitedFor()) {
        syncNow();
      }
      return;
    }
    Durability durability = batch.waitedFor() ? Durability.SYNCED : Durability.WRITTEN;
    long start = System.nanoTime();
    try {
      store.commit(batch.changes(), durability);
      slow.committed(batch, durability == Durability.SYNCED, System.nanoTime() - start);
      if (durability == Durability.SYNCED) {
        unsyncedSinceMs = Long.MAX_VALUE;
      } else if (unsyncedSinceMs == Long.MAX_VALUE) {
        unsyncedSinceMs = batch.nowMs();
      }
    } catch (StoreException e) {
      recover(e);
    }
  }

  /** Syncs what was only written, when it has waited long enough. */
  void syncWhenDue(long nowMs) {
    if (unsyncedSinceMs != Long.MAX_VALUE
        && (nowMs < unsyncedSinceMs || nowMs - unsyncedSinceMs >= settings.syncDelayMs())) {
      syncNow();
    }
  }

  void syncNow() {
    try {
      store.sync();
      batch.traffic().commits.synced();
      unsyncedSinceMs = Long.MAX_VALUE;
    } catch (StoreException e) {
      recover(e);
    }
  }

  long wakeUpMs() {
    return unsyncedSinceMs == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : unsyncedSinceMs + settings.syncDelayMs();
  }

  private void recover(StoreException failure) {
    LOG.error("writing to the store failed; rebuilding from it", failure);
    batch.traffic().commits.failed();
    refusePublishes(failure);
    Undos undo = undo();
    StoreException last = failure;
    for (int attempt = 1; attempt <= settings.commitAttempts(); attempt++) {
      try {
        retry(undo, attempt > settings.commitAttempts() / 2);
        LOG.info("the store is written again after {} attempts", attempt);
        return;
      } catch (StoreException e) {
        last = e;
        LOG.warn("attempt {} to write to the store failed", attempt, e);
        pause.pause(Math.min(MAX_PAUSE_MS, 5L * attempt));
      }
    }
    throw new CommitFailedException(
        "the store cannot be written after " + settings.commitAttempts() + " attempts", last);
  }

  private void retry(Undos undo, boolean withoutMoves) throws StoreException {
    store.recover();
    batch.uploads().recovered(gate.refusal());
    nodes.rebuild();
    time.rebuilt();
    nodes.markAll(dirty);
    batch.restart();
    for (Undo append : undo.appends()) {
      takeOut(append);
    }
    for (IdempotencyCheck.Staged key : undo.keys()) {
      batch.changes().forgetKey(key.node(), key.key(), key.storedMs(), key.windowMs());
    }
    discharger.recovered(store.view());
    settler.restage(store.view(), withoutMoves);
    NodeChange change = batch.nodeChange();
    if (change != null && !change.stage(batch)) {
      batch.dropNodeChange();
    }
    batch.seal();
    if (batch.changes().isEmpty()) {
      store.sync();
    } else {
      store.commit(batch.changes(), Durability.SYNCED);
    }
    unsyncedSinceMs = Long.MAX_VALUE;
  }

  private void refusePublishes(StoreException failure) {
    if (failure.reason() == StoreException.Reason.DISK_FULL) {
      gate.close();
    }
    NodeError closed = gate.refusal();
    outbox.refusePublishes(
        closed != null
            ? closed
            : new NodeError(
                NodeError.Code.INTERNAL, "the broker could not store the message; send it again"));
  }

  private Undos undo() {
    List<Undo> undo = new ArrayList<>();
    for (NodeLog log : batch.appendedTo()) {
      for (StoredMessage message : batch.published(log)) {
        undo.add(new Undo(log, message.sequence(), message.bytes()));
      }
    }
    Undos all = new Undos(undo, List.copyOf(keys.staged()));
    keys.batchEnded();
    return all;
  }

  private void takeOut(Undo append) {
    int logId = append.log().id;
    StoreView.LogView log = store.view().log(logId);
    if (log == null || append.sequence() >= log.nextSequence()) {
      return;
    }
    for (int id : log.cursorIds()) {
      StoreView.CursorView cursor = log.cursor(id);
      if (cursor != null && !cursor.acknowledged(append.sequence())) {
        batch.changes().acknowledge(logId, id, append.sequence(), append.bytes());
        batch.goneUnread(append.log());
      }
    }
  }
}
