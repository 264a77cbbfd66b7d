package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes room in full queues whose oldest messages have to go for newer ones: they are dropped or
 * dead-lettered, those of the lowest priority first, as the queue says. Messages out at consumers
 * stay. Owner thread.
 */
final class Trimmer {
  private static final long RETRY_MS = 500;

  private final MessageStore store;
  private final StagedBatch batch;
  private final StoreGate gate;
  private final ReadAhead reads;
  private final BacklogReader backlogs;
  private final Undertaker undertaker;
  private final Alarms alarms;
  private final Map<Queue, State> full = new LinkedHashMap<>();

  /** Queues to look at in this turn. */
  private boolean work;

  /** Where the work on one queue stands. */
  private static final class State {
    /** What has been read and not been looked at. */
    List<StoredMessage> read = List.of();

    @Nullable LogCursor cursor;
    long from = 1;

    /** What had come with a lower priority than the cursor's when work on it began. */
    long lower;

    boolean reading;

    /** Messages stayed because they were out: should they come back, they are the oldest. */
    boolean passedOver;

    Alarms.@Nullable Alarm alarm;

    /** From the oldest message on once more. */
    void restart() {
      read = List.of();
      cursor = null;
      from = 1;
      passedOver = false;
    }
  }

  Trimmer(Timekeeper.Parts parts, Alarms alarms) {
    this.store = parts.store();
    this.batch = parts.batch();
    this.gate = parts.gate();
    this.reads = parts.reads();
    this.backlogs = parts.backlogs();
    this.undertaker = parts.undertaker();
    this.alarms = alarms;
  }

  /** This queue holds too much, or will with this batch. */
  void note(Queue queue) {
    full.computeIfAbsent(queue, any -> new State());
    work = true;
  }

  /**
   * Memory has been rebuilt from the store: what was read may have left, and what was to go when
   * the process ended is still there.
   */
  void rebuilt(Iterable<Node> nodes) {
    full.values().forEach(State::restart);
    for (Node node : nodes) {
      Room room = Room.of(node);
      if (room != null && room.exceeded(store.view())) {
        note(room.queue());
      }
    }
    work = !full.isEmpty();
  }

  boolean hasWork() {
    return work;
  }

  /** Stages what can go now. */
  void stage() {
    if (!work) {
      return;
    }
    work = false;
    for (Map.Entry<Queue, State> entry : List.copyOf(full.entrySet())) {
      State state = entry.getValue();
      if (!state.reading && !trim(entry.getKey(), state)) {
        full.remove(entry.getKey());
      }
    }
  }

  /** False when nothing is left to be done, for now. */
  private boolean trim(Queue queue, State state) {
    Overflow overflow = queue.room().overflow();
    if (queue.deleted() || overflow == Overflow.REJECT || overflow == Overflow.BLOCK) {
      return false;
    }
    boolean byPriority = queue.logs().size() > 1;
    if (state.cursor != null && state.lower != lower(queue, state.cursor)) {
      // What has come since with a lower priority goes before what has been read.
      state.restart();
    }
    while (byPriority
        ? queue.room().exceededBefore(store.view())
        : queue.room().exceeded(store.view())) {
      if (state.read.isEmpty()) {
        if (!anyAtHome(queue) || !readOn(queue, state)) {
          state.restart();
          if (queue.room().staged()) {
            // What this batch brings can be read once it is committed.
            work = true;
          } else {
            // All of it is out at consumers: what comes back from them has to go.
            wait(queue, state);
          }
          return true;
        }
        return true;
      }
      StoredMessage message = state.read.remove(0);
      if (!remove(queue, state, message)) {
        state.restart();
        wait(queue, state);
        return true;
      }
    }
    if (state.passedOver || byPriority) {
      // Next time what has to go first may lie before what has been read.
      state.restart();
    }
    if (byPriority && queue.room().exceeded(store.view())) {
      // What this batch brings may have to go before anything else: once it is committed.
      work = true;
      return true;
    }
    return !state.read.isEmpty();
  }

  /** Whether some of what is committed is neither out nor unreadable. */
  private boolean anyAtHome(Queue queue) {
    Subscription group = queue.subscription;
    return group.messages(store.view()) > group.unsettled() + group.unreadable();
  }

  /** All messages that ever came, and are committed, with a lower priority than this cursor's. */
  private long lower(Queue queue, LogCursor than) {
    List<LogCursor> cursors = queue.subscription.cursors();
    long came = 0;
    for (int i = cursors.size() - 1; i >= 0 && cursors.get(i) != than; i--) {
      StoreView.LogView log = store.view().log(cursors.get(i).log.id);
      came += log == null ? 0 : log.nextSequence();
    }
    return came;
  }

  /** Reads the next chunk; false when there is none. */
  private boolean readOn(Queue queue, State state) {
    List<LogCursor> cursors = queue.subscription.cursors();
    int at = state.cursor == null ? cursors.size() - 1 : cursors.indexOf(state.cursor);
    for (; at >= 0; at--) {
      LogCursor cursor = cursors.get(at);
      if (state.cursor != cursor) {
        state.cursor = cursor;
        state.from = 1;
        state.lower = lower(queue, cursor);
      }
      StoreView.LogView log = store.view().log(cursor.log.id);
      StoreView.CursorView view = log == null ? null : log.cursor(cursor.id);
      if (log == null || view == null) {
        continue;
      }
      long next = view.nextUnacknowledged(Math.max(state.from, log.firstSequence()));
      ChunkInfo chunk = next >= log.nextSequence() ? null : log.chunkAtOrAfter(next);
      if (chunk != null) {
        read(queue, state, cursor, chunk);
        return true;
      }
    }
    return false;
  }

  private void read(Queue queue, State state, LogCursor cursor, ChunkInfo chunk) {
    state.reading = true;
    state.from = chunk.endSequence();
    reads.read(
        cursor.log.id,
        List.of(chunk),
        results -> {
          state.reading = false;
          ReadAhead.Result result = results.get(0);
          if (result.messages() != null) {
            state.read = new ArrayList<>(result.messages());
            state.passedOver |= state.read.removeIf(message -> isOut(cursor, message.sequence()));
            note(queue);
          } else if (result.corrupt()) {
            backlogs.report(cursor.log.name, result);
            note(queue);
          } else {
            state.restart();
            wait(queue, state);
          }
        });
  }

  private static boolean isOut(LogCursor cursor, long sequence) {
    long[] out = cursor.outSequences();
    Arrays.sort(out);
    return Arrays.binarySearch(out, sequence) >= 0;
  }

  private void wait(Queue queue, State state) {
    Alarms.Alarm alarm = state.alarm;
    if (alarm == null) {
      alarm = new Alarms.Alarm(now -> note(queue));
      state.alarm = alarm;
    }
    alarms.soonest(alarm, batch.nowMs() + RETRY_MS);
  }

  /** False when it cannot be done now. */
  private boolean remove(Queue queue, State state, StoredMessage message) {
    LogCursor cursor = state.cursor;
    StoreView.CursorView view = cursor == null ? null : cursor.view(store.view());
    if (cursor != null && isOut(cursor, message.sequence())) {
      state.passedOver = true;
      return true;
    }
    if (cursor == null
        || view == null
        || view.acknowledged(message.sequence())
        || cursor.isDeparting(message.sequence())) {
      return true;
    }
    if (queue.room().overflow() == Overflow.DEAD_LETTER_OLDEST && queue.deadLetters != null) {
      if (gate.refusal() != null) {
        return false;
      }
      DeliveryHistory history = view.history(message.sequence());
      undertaker.bury(
          queue.subscription,
          message,
          DeathRecord.Words.of(DeadLetterReason.OVERFLOW),
          new DeathRecord.Failures(
              history.failures(), history.firstFailedMs(), history.lastFailedMs(), ""),
          MessageAttributes.annotations(message.attributes()));
    }
    batch.depart(cursor, message);
    queue.displaced++;
    return true;
  }
}
