package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One log with one cursor and the consumers that compete for it. A dead-letter queue is one too,
 * only without dead letters of its own.
 *
 * <p>Changes of the log are staged by others into the batch; what is here changes when the batch is
 * committed. Only {@link #nextSequence} runs ahead.
 */
final class Queue {
  /** The one cursor of a queue's log. */
  static final int CURSOR = 0;

  final int logId;
  final QueueDefinition definition;
  final @Nullable Queue deadLetters;
  final MemoryBudget budget;
  final Backlog backlog;

  /** What the next append of the batch under way gets. */
  long nextSequence = 1;

  boolean dirty;

  /** Listed among the queues that have bodies in memory. */
  boolean keeper;

  boolean deleted;

  /** A read of the backlog is under way; its result counts only in the same epoch. */
  boolean loading;

  int epoch;

  private final List<ConsumerTarget> consumers = new ArrayList<>(0);
  private final List<ConsumerTarget> leaving = new ArrayList<>(0);
  private @Nullable ArrayDeque<ConsumerTarget> ready;
  private final List<ConsumerTarget> draining = new ArrayList<>(0);
  private final List<StoredMessage> appended = new ArrayList<>(0);
  private final List<PublisherTarget> publishers = new ArrayList<>(0);
  private long unsettled;
  private long published;
  private long delivered;
  private long acknowledged;

  /** When the message with this sequence came, as learned last: the oldest one, mostly. */
  private long oldestSequence;

  private long oldestMs;

  Queue(
      int logId,
      QueueDefinition definition,
      @Nullable Queue deadLetters,
      MemoryBudget budget,
      long windowBytes) {
    this.logId = logId;
    this.definition = definition;
    this.deadLetters = deadLetters;
    this.budget = budget;
    this.backlog = new Backlog(budget, windowBytes);
  }

  String name() {
    return definition.name();
  }

  /** Takes positions and counts from the store, at the start and after a failed commit. */
  void rebuild(StoreView view) {
    StoreView.LogView log = view.log(logId);
    StoreView.CursorView cursor = log == null ? null : log.cursor(CURSOR);
    if (log == null || cursor == null) {
      throw new IllegalStateException("queue " + name() + " is defined but its log is missing");
    }
    appended.clear();
    nextSequence = log.nextSequence();
    epoch++;
    loading = false;
    backlog.rebuild(log, cursor, outSequences());
  }

  /** Frees the memory of a queue that nobody reads. */
  void evict() {
    epoch++;
    loading = false;
    backlog.evict(outSequences());
  }

  /** What is not out has been taken from the log. */
  void purged(StoreView view) {
    epoch++;
    loading = false;
    if (messages(view) == unsettled) {
      backlog.clear();
    } else {
      rebuild(view);
    }
  }

  /** Stages one message; true when it is the batch's first for this queue. */
  boolean append(StoredMessage message) {
    nextSequence = message.sequence() + 1;
    appended.add(message);
    return appended.size() == 1;
  }

  List<StoredMessage> stagedAppends() {
    return appended;
  }

  /** The batch is committed: what was staged is in the log. */
  void appendsCommitted() {
    boolean wanted = !consumers.isEmpty();
    for (int i = 0; i < appended.size(); i++) {
      backlog.appended(appended.get(i), wanted);
    }
    published += appended.size();
    appended.clear();
  }

  /** Somebody could take a message now. */
  boolean hasDemand() {
    return ready != null && !ready.isEmpty();
  }

  void attach(ConsumerTarget consumer) {
    consumers.add(consumer);
  }

  void flow(ConsumerTarget consumer, long deliveries, long bytes, boolean drain) {
    consumer.flow(deliveries, bytes, drain);
    if (!consumer.ready && consumer.hasCredit()) {
      if (ready == null) {
        ready = new ArrayDeque<>();
      }
      consumer.ready = true;
      ready.addLast(consumer);
    }
    if (drain && !draining.contains(consumer)) {
      draining.add(consumer);
    }
  }

  /** Takes a consumer out; its deliveries still have to be settled. */
  void detach(ConsumerTarget consumer) {
    consumer.closed = true;
    consumers.remove(consumer);
    draining.remove(consumer);
    if (ready != null && consumer.ready) {
      ready.remove(consumer);
    }
    if (consumer.outCount() > 0) {
      leaving.add(consumer);
    }
    backlog.returned().forgetShunning();
  }

  /** Hands out what credit allows, in turn; then answers drains. */
  void dispatch(StoreView view, List<OutDelivery> preSettled) {
    if (ready != null) {
      int idle = 0;
      while (!ready.isEmpty() && idle < ready.size()) {
        ConsumerTarget consumer = ready.pollFirst();
        if (!consumer.hasCredit()) {
          consumer.ready = false;
          continue;
        }
        OutDelivery delivery = backlog.take(consumer);
        if (delivery != null) {
          ready.addLast(consumer);
          hand(delivery, preSettled);
          idle = 0;
        } else if (backlog.hasShunned()) {
          ready.addLast(consumer);
          idle++;
        } else {
          ready.addFirst(consumer);
          break;
        }
      }
    }
    if (!draining.isEmpty()) {
      answerDrains(view);
    }
  }

  private void hand(OutDelivery delivery, List<OutDelivery> preSettled) {
    ConsumerTarget consumer = delivery.consumer;
    consumer.deliver(delivery);
    unsettled++;
    delivered++;
    budget.inFlight(delivery.bytes);
    if (consumer.preSettled) {
      preSettled.add(delivery);
    }
  }

  private void answerDrains(StoreView view) {
    for (int i = draining.size() - 1; i >= 0; i--) {
      ConsumerTarget consumer = draining.get(i);
      boolean ended =
          consumer.draining && (consumer.limitReached() || backlog.exhaustedFor(consumer));
      if (ended) {
        consumer.forgetCredit();
        consumer.emit(
            new EdgeEvent.Drained(
                consumer.port, messages(view) - unsettled - backlog.unreadable()));
      }
      if (!consumer.draining) {
        draining.remove(i);
      }
    }
  }

  /** Whether consumers are here (or could soon take) what is only on disk. */
  boolean wantsRead() {
    return !loading
        && !consumers.isEmpty()
        && backlog.incomplete()
        && (hasDemand() || budget.windowHasRoom(0));
  }

  /** The outcome of a delivery is committed. */
  void settled(OutDelivery delivery) {
    ConsumerTarget consumer = delivery.consumer;
    consumer.unlink(delivery);
    delivery.state = OutDelivery.State.DONE;
    unsettled--;
    budget.inFlight(-delivery.bytes);
    if (consumer.closed && consumer.outCount() == 0) {
      leaving.remove(consumer);
    }
    if (delivery.effect == OutDelivery.Effect.GIVE_BACK) {
      Shunned shunned =
          delivery.shun && !consumer.closed
              ? Shunned.with(delivery.shunned, consumer)
              : delivery.shunned;
      backlog.giveBack(new ReturnedMessage(delivery, delivery.failuresAfter, shunned));
    } else {
      acknowledged++;
    }
  }

  /** A delivery whose message cannot be read again: kept in the log, not delivered any more. */
  void unreadable(OutDelivery delivery) {
    delivery.consumer.unlink(delivery);
    delivery.state = OutDelivery.State.DONE;
    unsettled--;
    budget.inFlight(-delivery.bytes);
    if (delivery.consumer.closed && delivery.consumer.outCount() == 0) {
      leaving.remove(delivery.consumer);
    }
    backlog.lost();
  }

  /** The queue is gone; so are its links and what is out at them. */
  void close(NodeError error) {
    deleted = true;
    epoch++;
    List<ConsumerTarget> all = new ArrayList<>(consumers);
    all.addAll(leaving);
    for (ConsumerTarget consumer : all) {
      for (OutDelivery d = consumer.oldestOut(); d != null; d = d.next) {
        d.state = OutDelivery.State.DONE;
        budget.inFlight(-d.bytes);
      }
      if (!consumer.closed) {
        consumer.closed = true;
        consumer.emit(new EdgeEvent.ConsumerClosed(consumer.port, error));
      }
    }
    for (PublisherTarget publisher : publishers) {
      publisher.refusal = error;
      publisher.emit(new EdgeEvent.PublisherClosed(publisher.port, error));
    }
    publishers.clear();
    consumers.clear();
    leaving.clear();
    draining.clear();
    ready = null;
    unsettled = 0;
    backlog.clear();
  }

  List<ConsumerTarget> consumers() {
    return consumers;
  }

  void attach(PublisherTarget publisher) {
    publishers.add(publisher);
  }

  void detach(PublisherTarget publisher) {
    publishers.remove(publisher);
  }

  long unsettled() {
    return unsettled;
  }

  /** Sequences of everything that is out at consumers, those that are leaving included. */
  long[] outSequences() {
    List<ConsumerTarget> all = consumers;
    if (!leaving.isEmpty()) {
      all = new ArrayList<>(consumers);
      all.addAll(leaving);
    }
    int count = 0;
    for (ConsumerTarget consumer : all) {
      count += consumer.outCount();
    }
    long[] sequences = new long[count];
    int n = 0;
    for (ConsumerTarget consumer : all) {
      for (OutDelivery d = consumer.oldestOut(); d != null; d = d.next) {
        sequences[n++] = d.sequence;
      }
    }
    return sequences;
  }

  QueueInfo info(StoreView view) {
    StoreView.LogView log = view.log(logId);
    StoreView.CursorView cursor = log == null ? null : log.cursor(CURSOR);
    long messages = cursor == null ? 0 : cursor.messages();
    return new QueueInfo(
        definition,
        messages,
        cursor == null ? 0 : cursor.bytes(),
        unsettled,
        consumers.size(),
        publishers.size(),
        deadLetters == null ? 0 : deadLetters.messages(view),
        messages == 0 ? 0 : oldestMs(oldestSequence(view)),
        log == null ? nextSequence : log.nextSequence(),
        published,
        delivered,
        acknowledged,
        backlog.unreadable());
  }

  long messages(StoreView view) {
    StoreView.LogView log = view.log(logId);
    StoreView.CursorView cursor = log == null ? null : log.cursor(CURSOR);
    return cursor == null ? 0 : cursor.messages();
  }

  /** The lowest sequence that is not acknowledged; 0 when there is none. */
  long oldestSequence(StoreView view) {
    StoreView.LogView log = view.log(logId);
    StoreView.CursorView cursor = log == null ? null : log.cursor(CURSOR);
    return log == null || cursor == null || cursor.messages() == 0
        ? 0
        : cursor.nextUnacknowledged(log.firstSequence());
  }

  /** When that message came, in epoch milliseconds; 0 when only the disk knows. */
  long oldestMs(long sequence) {
    if (sequence != oldestSequence) {
      StoredMessage message = backlog.inMemory(sequence);
      for (int i = 0; message == null && i < consumers.size(); i++) {
        OutDelivery out = consumers.get(i).oldestOut();
        if (out != null && out.sequence == sequence) {
          message = out.messageIfKept();
        }
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
