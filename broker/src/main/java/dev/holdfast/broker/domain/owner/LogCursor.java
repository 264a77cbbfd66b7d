package dev.holdfast.broker.domain.owner;

import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where one subscription stands in one log, and what it keeps of it in memory. Acknowledgements go
 * to (log, id); what they add up to lies in the store.
 */
final class LogCursor {
  final NodeLog log;

  /** The store's id of this cursor among those of the log. */
  final int id;

  final Subscription subscription;
  final Backlog backlog;
  final Choosers choosers;
  private final InOrder inOrder;
  private final WindowLimits limits;

  /** Listed among the cursors that have bodies in memory. */
  boolean keeper;

  /** A read of the backlog is under way; its result counts only in the same epoch. */
  boolean loading;

  int epoch;

  /** In the rings of {@link FairTurns}. */
  boolean offering;

  boolean filling;

  /** The log or the subscription is gone. */
  boolean closed;

  /** When the message with this sequence came, as learned last: the oldest one, mostly. */
  private long oldestSequence;

  private long oldestMs;

  /** What leaves in the batch under way. */
  final Departures departing = new Departures();

  /** Goes off when a message's wait is over; null: none ever waited. */
  Alarms.@Nullable Alarm alarm;

  private final WaitingMessages waiting;

  /** What the subscription takes of the batch under way; null: all. */
  private @Nullable List<StoredMessage> taken;

  LogCursor(NodeLog log, int id, Subscription subscription, WindowLimits limits) {
    this.log = log;
    this.id = id;
    this.subscription = subscription;
    this.backlog = new Backlog(subscription.budget, subscription.groups, limits.busy());
    this.inOrder = new InOrder(this, backlog);
    this.choosers = new Choosers(this, backlog);
    this.waiting = new WaitingMessages(subscription.groups);
    this.limits = limits;
  }

  /** Takes positions and counts from the store, at the start and after a failed commit. */
  void rebuild(StoreView.LogView view) {
    StoreView.CursorView cursor = view.cursor(id);
    if (cursor == null) {
      throw new IllegalStateException("log " + view.id() + " has no cursor " + id);
    }
    epoch++;
    loading = false;
    taken = null;
    departing.take();
    waiting.removeAcknowledged(cursor);
    choosers.letGo();
    backlog.rebuild(view, cursor, elsewhere());
    subscription.touched(this);
  }

  /** The same for one cursor, that has just been made. */
  void rebuild(StoreView view) {
    StoreView.LogView logView = view.log(log.id);
    if (logView == null) {
      throw new IllegalStateException("cursor " + id + " has no log " + log.id);
    }
    rebuild(logView);
  }

  /** The store has put it to another place. */
  void moved(StoreView view) {
    waiting.clear();
    backlog.clear();
    rebuild(view);
  }

  /** Frees the memory of a cursor that nobody reads. */
  void evict() {
    epoch++;
    loading = false;
    choosers.letGo();
    backlog.evict(elsewhere());
    subscription.touched(this);
  }

  /** What is not out has been taken from the log. */
  void purged(StoreView view) {
    StoreView.LogView logView = view.log(log.id);
    if (logView == null || messages(view) == outSequences().length) {
      epoch++;
      loading = false;
      choosers.letGo();
      waiting.clear();
      backlog.clear();
    } else {
      rebuild(logView);
    }
  }

  /** What the subscription does not take of these is consumed at once, and never kept. */
  void stageChoice(
      StagedBatch batch,
      List<StoredMessage> messages,
      List<String> containers,
      IdentityHashMap<StoredMessage, LogCursor> addressed) {
    Intake intake = subscription.intake;
    if (intake == null && addressed.isEmpty()) {
      return;
    }
    List<StoredMessage> chosen = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      StoredMessage message = messages.get(i);
      LogCursor only = addressed.get(message);
      boolean takes =
          only == null ? intake == null || intake.takes(message, containers.get(i)) : only == this;
      if (takes) {
        chosen.add(message);
      } else {
        batch.changes().acknowledge(log.id, id, message.sequence(), message.bytes());
      }
    }
    taken = chosen;
  }

  /** These messages are in the log now; of those, what was chosen is to be delivered. */
  void appended(List<StoredMessage> messages) {
    List<StoredMessage> mine = taken == null ? messages : taken;
    taken = null;
    long limit = subscription.hasConsumers() ? limits.busy() : limits.idle();
    backlog.appended(mine, messages.get(0).sequence(), log.nextSequence, limit);
    subscription.touched(this);
  }

  /** Hands out the first message that this consumer can get, or null. */
  @Nullable OutDelivery take(ConsumerTarget consumer) {
    if (!consumer.mayRead(log)) {
      return null;
    }
    while (true) {
      OutDelivery delivery =
          consumer.filter == null
              ? inOrder.take(consumer)
              : choosers.take(consumer, consumer.filter);
      if (delivery == null || !Expirer.isExpired(delivery.expiryMs, subscription.notes.nowMs())) {
        return delivery;
      }
      if (delivery.group != null) {
        subscription.groups.settled(delivery.group);
      }
      subscription.notes.expired(this, delivery.message());
    }
  }

  /** Whether there is nothing for this consumer, in memory or on disk. */
  boolean exhaustedFor(ConsumerTarget consumer) {
    if (!consumer.mayRead(log)) {
      return true;
    }
    return consumer.filter == null
        ? backlog.exhaustedFor(consumer)
        : choosers.exhaustedFor(consumer, consumer.filter);
  }

  /** Whether another consumer could get what this one does not. */
  boolean selective(ConsumerTarget consumer) {
    return backlog.hasShunned()
        || !choosers.isEmpty()
        || (!subscription.groups.isEmpty()
            && (backlog.firstFresh() != null || !backlog.returned().isEmpty()))
        || !consumer.mayRead(log);
  }

  /**
   * What has been read of the log, without what the subscription does not take: that is consumed
   * now, unless it was when it came.
   */
  List<StoredMessage> choose(
      StagedBatch batch, List<StoredMessage> messages, StoreView.CursorView view) {
    Intake intake = subscription.intake;
    if (intake == null) {
      return messages;
    }
    List<StoredMessage> chosen = new ArrayList<>();
    for (StoredMessage message : messages) {
      if (view.acknowledged(message.sequence())) {
        continue;
      }
      if (intake.takes(message)) {
        chosen.add(message);
      } else {
        batch.changes().acknowledge(log.id, id, message.sequence(), message.bytes());
      }
    }
    return chosen;
  }

  /**
   * A message comes back from a consumer.
   *
   * @param group whose other messages wait with it, if it has to wait
   */
  void giveBack(ReturnedMessage back, @Nullable MessageGroup group, long notBeforeMs) {
    if (notBeforeMs > subscription.notes.nowMs()) {
      waiting.add(notBeforeMs, back, group);
      backlog.takenAhead(back.sequence);
      subscription.notes.waits(this);
    } else {
      backlog.giveBack(back);
      subscription.touched(this);
    }
  }

  /** Whether a message that has been read must wait for this moment; then it does. */
  boolean waits(StoredMessage message, long notBeforeMs) {
    if (notBeforeMs <= subscription.notes.nowMs()) {
      return false;
    }
    waiting.add(notBeforeMs, message);
    subscription.notes.waits(this);
    return true;
  }

  /** The same for one that was read from beyond the window. */
  boolean waitsAhead(StoredMessage message, long notBeforeMs) {
    boolean waits = waits(message, notBeforeMs);
    if (waits) {
      backlog.takenAhead(message.sequence());
    }
    return waits;
  }

  /** Ends the waits that are over; true when a message is available now. */
  boolean endWaits(StoreView.CursorView view, long nowMs) {
    List<ReturnedMessage> ended = waiting.end(view, nowMs);
    for (ReturnedMessage message : ended) {
      backlog.ended(message.sequence);
      if (message.annotations.length == 0) {
        message.annotations = subscription.notes.annotations.of(this, message.sequence);
      }
      backlog.giveBack(message);
    }
    subscription.touched(this);
    return !ended.isEmpty() || subscription.groups.hasChanged();
  }

  /** When the next message's wait is over, epoch milliseconds; the largest long: none waits. */
  long nextWaitEndsMs() {
    return waiting.nextMs();
  }

  /** Messages that wait for their moment; some that have left meanwhile may be included. */
  int waiting() {
    return waiting.size();
  }

  boolean isDeparting(long sequence) {
    return departing.contains(sequence);
  }

  /** The batch is committed: what was to leave has left. */
  void departed() {
    Set<Long> gone = departing.take();
    if (!gone.isEmpty()) {
      backlog.remove(gone);
      for (long sequence : gone) {
        backlog.ended(sequence);
        choosers.gone(sequence);
        waiting.left(sequence);
      }
      subscription.touched(this);
    }
  }

  /** It has bodies in memory and is not listed for that yet. */
  boolean newKeeper() {
    return !keeper && backlog.keptBytes() > 0;
  }

  /** A delivery has ended, and its message is gone or comes back. */
  void ended(OutDelivery delivery, boolean gone) {
    if (backlog.ended(delivery.sequence) && gone) {
      choosers.gone(delivery.sequence);
    }
  }

  /** Whether something is to be read before messages can be handed out in full flow. */
  boolean incomplete() {
    return backlog.incomplete() || choosers.wantOn();
  }

  /** Whether consumers are here (or could soon take) what is only on disk. */
  boolean wantsRead() {
    return !loading
        && subscription.hasConsumers()
        && backlog.incomplete()
        && (subscription.hasDemand() || subscription.budget.windowHasRoom(0));
  }

  /** The log or the subscription is gone. */
  void close() {
    closed = true;
    epoch++;
    choosers.letGo();
    waiting.clear();
    backlog.clear();
  }

  /** Sequences of what is out at consumers or waits, which reading must not bring in again. */
  long[] elsewhere() {
    long[] out = outSequences();
    long[] waits = waiting.sequences();
    long[] all = Arrays.copyOf(out, out.length + waits.length);
    System.arraycopy(waits, 0, all, out.length, waits.length);
    return all;
  }

  /** Sequences of everything that is out at consumers, those that are leaving included. */
  long[] outSequences() {
    return subscription.consumers().outSequences(this);
  }

  StoreView.@Nullable CursorView view(StoreView view) {
    StoreView.LogView logView = view.log(log.id);
    return logView == null ? null : logView.cursor(id);
  }

  /** Messages not yet acknowledged. */
  long messages(StoreView view) {
    StoreView.CursorView cursor = view(view);
    return cursor == null ? 0 : cursor.messages();
  }

  /** Their bytes. */
  long bytes(StoreView view) {
    StoreView.CursorView cursor = view(view);
    return cursor == null ? 0 : cursor.bytes();
  }

  /** The lowest sequence that is not acknowledged; 0 when there is none. */
  long oldestSequence(StoreView view) {
    StoreView.LogView logView = view.log(log.id);
    StoreView.CursorView cursor = logView == null ? null : logView.cursor(id);
    return logView == null || cursor == null || cursor.messages() == 0
        ? 0
        : cursor.nextUnacknowledged(logView.firstSequence());
  }

  /** When that message came, in epoch milliseconds; 0 when only the disk knows. */
  long oldestMs(long sequence) {
    if (sequence != oldestSequence) {
      StoredMessage message = backlog.inMemory(sequence);
      if (message == null) {
        message = subscription.consumers().oldestOut(this, sequence);
      }
      if (message == null) {
        return 0;
      }
      oldestLearned(message);
    }
    return oldestMs;
  }

  void oldestLearned(StoredMessage message) {
    oldestSequence = message.sequence();
    oldestMs = message.enqueuedMs();
  }
}
