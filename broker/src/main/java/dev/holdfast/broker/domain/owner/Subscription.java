package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group: consumers that compete for the messages of the logs it reads, and what is out
 * at them.
 *
 * <p>Changes of a log are staged by others into the batch; what is here changes when the batch is
 * committed.
 */
final class Subscription {
  final String name;
  final RetryPolicy retry;
  final Undeliverable undeliverable;

  /** It outlives a restart. */
  final boolean durable;

  /** What it takes of its logs; null: all. */
  final @Nullable Intake intake;

  final MemoryBudget budget;

  /** Its dead-letter queue; null: there is none, or it is not needed yet. */
  @Nullable Queue deadLetters;

  /** Listed among those that may have something to hand out. */
  boolean dirty;

  boolean deleted;

  private final List<LogCursor> cursors = new ArrayList<>(1);
  private final Dispatcher dispatcher = new Dispatcher(this);
  private final List<ConsumerTarget> consumers = new ArrayList<>(0);
  private final List<ConsumerTarget> leaving = new ArrayList<>(0);
  private final List<ConsumerTarget> draining = new ArrayList<>(0);
  private long unsettled;
  private long delivered;
  private long acknowledged;

  /** What becomes of a message that cannot be delivered. */
  enum Undeliverable {
    /** It goes to the dead-letter queue. */
    DEAD_LETTER,
    /** It stays where it is: this is a dead-letter queue. */
    KEEP,
    /** It is gone: the subscription does not outlive its consumers either. */
    DROP
  }

  /**
   * What a subscription is like, for good.
   *
   * @param name address of the queue or subscription
   * @param retry how often a message is tried
   * @param undeliverable what then
   * @param durable it outlives a restart
   * @param intake what it takes of its logs; null: all
   */
  record Terms(
      String name,
      RetryPolicy retry,
      Undeliverable undeliverable,
      boolean durable,
      @Nullable Intake intake) {}

  Subscription(Terms terms, MemoryBudget budget) {
    this.name = terms.name();
    this.retry = terms.retry();
    this.undeliverable = terms.undeliverable();
    this.durable = terms.durable();
    this.intake = terms.intake();
    this.budget = budget;
  }

  /** Reads this log too, from the store's cursor with this id on. */
  LogCursor read(NodeLog log, int cursorId, WindowLimits limits) {
    LogCursor cursor = new LogCursor(log, cursorId, this, limits);
    cursors.add(cursor);
    log.add(cursor);
    return cursor;
  }

  boolean reads(NodeLog log) {
    for (int i = 0; i < cursors.size(); i++) {
      if (cursors.get(i).log == log) {
        return true;
      }
    }
    return false;
  }

  /** The cursor is gone from the store; so is what is out of it. */
  void drop(LogCursor cursor) {
    for (ConsumerTarget consumer : List.copyOf(everyone())) {
      OutDelivery after;
      for (OutDelivery d = consumer.oldestOut(); d != null; d = after) {
        after = d.next;
        if (d.cursor == cursor) {
          end(d);
        }
      }
    }
    cursors.remove(cursor);
    cursor.log.remove(cursor);
    cursor.close();
  }

  List<LogCursor> cursors() {
    return cursors;
  }

  List<ConsumerTarget> consumers() {
    return consumers;
  }

  /**
   * Whether its consumers keep it from this peer: they are of this very connection, or of another
   * container.
   */
  boolean heldAgainst(Peer peer) {
    for (ConsumerTarget consumer : consumers) {
      boolean stale =
          consumer.peer != peer
              && !peer.container().isEmpty()
              && consumer.peer.container().equals(peer.container());
      if (!stale) {
        return true;
      }
    }
    return false;
  }

  boolean hasConsumers() {
    return !consumers.isEmpty();
  }

  /** Somebody could take a message now. */
  boolean hasDemand() {
    return dispatcher.hasDemand();
  }

  void attach(ConsumerTarget consumer) {
    consumers.add(consumer);
  }

  void flow(ConsumerTarget consumer, long deliveries, long bytes, boolean drain) {
    consumer.flow(deliveries, bytes, drain);
    dispatcher.flow(consumer);
    if (drain && !draining.contains(consumer)) {
      draining.add(consumer);
    }
  }

  /** Takes a consumer out; its deliveries still have to be settled. */
  void detach(ConsumerTarget consumer) {
    consumer.closed = true;
    consumers.remove(consumer);
    draining.remove(consumer);
    dispatcher.detach(consumer);
    if (consumer.outCount() > 0) {
      leaving.add(consumer);
    }
    for (int i = 0; i < cursors.size(); i++) {
      cursors.get(i).backlog.forgetShunning();
    }
  }

  /** Hands out what credit allows; then answers drains. */
  void dispatch(StoreView view, List<OutDelivery> preSettled) {
    dispatcher.dispatch(preSettled);
    if (!draining.isEmpty()) {
      answerDrains(view);
    }
  }

  /** The first message that this consumer can get, or null. */
  @Nullable OutDelivery take(ConsumerTarget consumer) {
    for (int i = 0; i < cursors.size(); i++) {
      OutDelivery delivery = cursors.get(i).take(consumer);
      if (delivery != null) {
        return delivery;
      }
    }
    return null;
  }

  /** Whether some message is not for every consumer. */
  boolean hasShunned() {
    for (int i = 0; i < cursors.size(); i++) {
      if (cursors.get(i).backlog.hasShunned()) {
        return true;
      }
    }
    return false;
  }

  void handOut(OutDelivery delivery, List<OutDelivery> preSettled) {
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
      if (consumer.draining && (consumer.limitReached() || exhaustedFor(consumer))) {
        consumer.forgetCredit();
        consumer.emit(
            new EdgeEvent.Drained(consumer.port, messages(view) - unsettled - unreadable()));
      }
      if (!consumer.draining) {
        draining.remove(i);
      }
    }
  }

  private boolean exhaustedFor(ConsumerTarget consumer) {
    for (int i = 0; i < cursors.size(); i++) {
      if (!cursors.get(i).backlog.exhaustedFor(consumer)) {
        return false;
      }
    }
    return true;
  }

  /** The outcome of a delivery is committed. */
  void settled(OutDelivery delivery) {
    ConsumerTarget consumer = delivery.consumer;
    end(delivery);
    if (delivery.effect == OutDelivery.Effect.GIVE_BACK) {
      Shunned shunned =
          delivery.shun && !consumer.closed
              ? Shunned.with(delivery.shunned, consumer)
              : delivery.shunned;
      delivery.cursor.backlog.giveBack(
          new ReturnedMessage(delivery, delivery.failuresAfter, shunned));
    } else {
      acknowledged++;
    }
  }

  /** A delivery whose message cannot be read again: kept in the log, not delivered any more. */
  void unreadable(OutDelivery delivery) {
    end(delivery);
    delivery.cursor.backlog.lost();
  }

  private void end(OutDelivery delivery) {
    ConsumerTarget consumer = delivery.consumer;
    consumer.unlink(delivery);
    delivery.state = OutDelivery.State.DONE;
    unsettled--;
    budget.inFlight(-delivery.bytes);
    if (consumer.closed && consumer.outCount() == 0) {
      leaving.remove(consumer);
    }
  }

  /** The subscription is gone; so are its links and what is out at them. */
  void close(NodeError error) {
    deleted = true;
    for (ConsumerTarget consumer : everyone()) {
      for (OutDelivery d = consumer.oldestOut(); d != null; d = d.next) {
        d.state = OutDelivery.State.DONE;
        budget.inFlight(-d.bytes);
      }
      if (!consumer.closed) {
        consumer.closed = true;
        consumer.emit(new EdgeEvent.ConsumerClosed(consumer.port, error));
      }
    }
    consumers.clear();
    leaving.clear();
    draining.clear();
    dispatcher.clear();
    unsettled = 0;
    for (LogCursor cursor : cursors) {
      cursor.log.remove(cursor);
      cursor.close();
    }
  }

  private List<ConsumerTarget> everyone() {
    if (leaving.isEmpty()) {
      return consumers;
    }
    List<ConsumerTarget> all = new ArrayList<>(consumers);
    all.addAll(leaving);
    return all;
  }

  /** Sequences of this cursor's messages out at consumers, those that are leaving included. */
  long[] outSequences(LogCursor cursor) {
    List<ConsumerTarget> all = everyone();
    int count = 0;
    for (ConsumerTarget consumer : all) {
      count += consumer.outCount();
    }
    long[] sequences = new long[count];
    int n = 0;
    for (ConsumerTarget consumer : all) {
      for (OutDelivery d = consumer.oldestOut(); d != null; d = d.next) {
        if (d.cursor == cursor) {
          sequences[n++] = d.sequence;
        }
      }
    }
    return n == count ? sequences : Arrays.copyOf(sequences, n);
  }

  /** The body of a message that some consumer has had for longest, if it is kept. */
  @Nullable StoredMessage oldestOut(LogCursor cursor, long sequence) {
    for (int i = 0; i < consumers.size(); i++) {
      OutDelivery out = consumers.get(i).oldestOut();
      if (out != null && out.cursor == cursor && out.sequence == sequence) {
        StoredMessage message = out.messageIfKept();
        if (message != null) {
          return message;
        }
      }
    }
    return null;
  }

  /** Messages not yet acknowledged. */
  long messages(StoreView view) {
    long messages = 0;
    for (int i = 0; i < cursors.size(); i++) {
      messages += cursors.get(i).messages(view);
    }
    return messages;
  }

  /** Their bytes. */
  long bytes(StoreView view) {
    long bytes = 0;
    for (int i = 0; i < cursors.size(); i++) {
      bytes += cursors.get(i).bytes(view);
    }
    return bytes;
  }

  /** Messages that are kept but whose stored bytes do not verify. */
  long unreadable() {
    long unreadable = 0;
    for (int i = 0; i < cursors.size(); i++) {
      unreadable += cursors.get(i).backlog.unreadable();
    }
    return unreadable;
  }

  /** Messages out at consumers. */
  long unsettled() {
    return unsettled;
  }

  /** Receiving links attached. */
  int consumerCount() {
    return consumers.size();
  }

  /** Deliveries made since the broker started. */
  long delivered() {
    return delivered;
  }

  /** Messages that consumers were done with since the broker started. */
  long acknowledged() {
    return acknowledged;
  }
}
