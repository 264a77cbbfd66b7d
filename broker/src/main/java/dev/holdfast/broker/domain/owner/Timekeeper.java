package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.FilterCodec;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreView;

/**
 * Everything that happens because time passes: expiry, delayed messages, retries. Owner thread.
 *
 * <p>Moments are compared to the clock as it is. A clock that is set forwards makes everything due
 * that lies in between; one that is set backwards makes everything wait so much longer. Nothing
 * that has been decided is undone.
 */
final class Timekeeper {
  private final MessageStore store;
  private final NodeRegistry nodes;
  private final StagedBatch batch;
  private final DirtySubscriptions dirty;
  private final Alarms alarms = new Alarms();
  private final Expirer expirer;
  private final Delays delays;
  private final TurnNotes notes;
  private final DeadLetterTasks tasks;
  private final Trimmer trimmer;
  private final Locks locks;

  /** What it works with. */
  record Parts(
      MessageStore store,
      NodeRegistry nodes,
      StagedBatch batch,
      DirtySubscriptions dirty,
      StoreGate gate,
      ReadAhead reads,
      BacklogReader backlogs,
      DeadLetterMaker deadLetters,
      Undertaker undertaker,
      MemoryBudget budget,
      TurnNotes notes) {}

  Timekeeper(Parts parts, AccessCheck access, FilterCodec filters) {
    this.store = parts.store();
    this.nodes = parts.nodes();
    this.batch = parts.batch();
    this.dirty = parts.dirty();
    this.notes = parts.notes();
    this.expirer = new Expirer(parts, alarms);
    this.delays = new Delays(parts, alarms);
    this.trimmer = new Trimmer(parts, alarms);
    this.locks = new Locks(alarms);
    this.tasks = new DeadLetterTasks(parts, alarms, access, filters);
  }

  /** The time of this turn, in epoch milliseconds. */
  long nowMs() {
    return batch.nowMs();
  }

  Delays delays() {
    return delays;
  }

  /** Makes room in full queues. */
  Trimmer trimmer() {
    return trimmer;
  }

  /** Who decides what becomes of deliveries that are kept too long. */
  void settler(Settler settler) {
    locks.settler(settler);
  }

  DeadLetterTasks tasks() {
    return tasks;
  }

  /** The batch is committed. */
  void committed() {
    tasks.committed();
  }

  /** Memory has been rebuilt from the store, nodes first. */
  void rebuilt() {
    notes.annotations.rebuild(store.view());
    delays.rebuild();
    tasks.rebuild();
    trimmer.rebuilt(nodes.all());
    for (Node node : nodes.all()) {
      node.logs().forEach(expirer::rebuilt);
      NodeLog waiting = node.delayed().log();
      if (waiting != null) {
        expirer.rebuilt(waiting);
      }
    }
  }

  /** The beginning of a turn: what is due. Stages nothing. */
  void begin(long nowMs) {
    notes.begin(nowMs);
    alarms.run(nowMs);
  }

  /** Stages what the last turn has met. */
  void stage() {
    expirer.stageMet();
    trimmer.stage();
    locks.stage();
    if (!batch.isEmpty()) {
      notes.annotations.sweep(batch, store.view());
    }
  }

  /** The queue has other limits and times than before. */
  void redefined(Queue queue) {
    dirty.add(queue.subscription);
    locks.watch(queue.subscription);
    if (queue.room().exceeded(store.view())) {
      trimmer.note(queue);
    }
  }

  /** Something has been appended to this log, and committed. */
  void appended(NodeLog log) {
    expirer.watch(log, log.takeSoonestExpiryMs());
  }

  /** The end of a turn: what has got to wait in it. */
  void end() {
    for (Subscription subscription : notes.takeKeeping()) {
      locks.watch(subscription);
    }
    for (LogCursor cursor : notes.takeWaiting()) {
      alarms.soonest(alarm(cursor), cursor.nextWaitEndsMs());
    }
  }

  private Alarms.Alarm alarm(LogCursor cursor) {
    Alarms.Alarm alarm = cursor.alarm;
    if (alarm == null) {
      alarm = new Alarms.Alarm(now -> endWaits(cursor, now));
      cursor.alarm = alarm;
    }
    return alarm;
  }

  private void endWaits(LogCursor cursor, long nowMs) {
    StoreView.CursorView view = cursor.view(store.view());
    if (cursor.closed || view == null) {
      return;
    }
    if (cursor.endWaits(view, nowMs)) {
      dirty.add(cursor.subscription);
    }
    alarms.soonest(alarm(cursor), cursor.nextWaitEndsMs());
  }

  /** Whether there is something to do at once. */
  boolean hasWork(long nowMs) {
    return notes.hasExpired() || trimmer.hasWork() || locks.hasWork() || alarms.wakeUpMs() <= nowMs;
  }

  /** When to run although nothing comes in, in epoch milliseconds. */
  long wakeUpMs() {
    return alarms.wakeUpMs();
  }
}
