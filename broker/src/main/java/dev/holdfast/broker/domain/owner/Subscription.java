package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.QueueDefinition.Handling;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
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

  /** What becomes of deliveries. */
  Handling handling;

  /** Goes off when a consumer has kept a message too long; null: none ever did. */
  Alarms.@Nullable Alarm locks;

  final Undeliverable undeliverable;

  /** It outlives a restart. */
  final boolean durable;

  /** What it takes of its logs; null: all. */
  /** What it takes of its logs; null: all. */
  @Nullable Intake intake;

  final MemoryBudget budget;
  final MessageGroups groups = new MessageGroups();
  final TurnNotes notes;
  final ExpiryPolicy expiry = new ExpiryPolicy();

  /** Its dead-letter queue; null: there is none, or it is not needed yet. */
  @Nullable Queue deadLetters;

  /** Listed among those that may have something to hand out. */
  boolean dirty;

  boolean deleted;

  private final List<LogCursor> cursors = new ArrayList<>(1);
  private final @Nullable FairTurns turns;
  private final Dispatcher dispatcher;
  private final Consumers consumers = new Consumers();
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

  Subscription(SubscriptionTerms terms, MemoryBudget budget, TurnNotes notes) {
    this.name = terms.name();
    this.handling = new Handling(terms.retry(), Handling.DEFAULT.lockTimeoutMs(), "");
    this.undeliverable = terms.undeliverable();
    this.durable = terms.durable();
    this.intake = terms.intake();
    this.budget = budget;
    this.dispatcher = new Dispatcher(this, terms.singleActive());
    this.turns = terms.many() ? new FairTurns() : null;
    this.notes = notes;
  }

  /** Its messages end as those of another one do. */
  void as(Subscription other) {
    handling = other.handling;
    expiry.drops = other.expiry.drops;
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
    for (ConsumerTarget consumer : consumers.all()) {
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
    if (turns != null) {
      turns.remove(cursor);
    }
  }

  List<LogCursor> cursors() {
    return cursors;
  }

  Consumers consumers() {
    return consumers;
  }

  boolean hasConsumers() {
    return !consumers.present().isEmpty();
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
    consumers.leave(consumer);
    draining.remove(consumer);
    dispatcher.detach(consumer);
    groups.detached();
    for (int i = 0; i < cursors.size(); i++) {
      LogCursor cursor = cursors.get(i);
      cursor.choosers.detach(consumer);
      if (cursor.backlog.hasShunned()) {
        cursor.backlog.forgetShunning();
        touched(cursor);
      }
    }
  }

  /** Hands out what credit allows; then answers drains. */
  void dispatch(StoreView view, List<OutDelivery> preSettled) {
    if (groups.takeChanged()) {
      regroup();
    }
    dispatcher.dispatch(preSettled);
    if (!draining.isEmpty()) {
      answerDrains(view);
    }
  }

  private void regroup() {
    for (int i = 0; i < cursors.size(); i++) {
      LogCursor cursor = cursors.get(i);
      cursor.backlog.returned().regroup();
      touched(cursor);
    }
  }

  /** The first message that this consumer can get, or null. */
  @Nullable OutDelivery take(ConsumerTarget consumer) {
    if (turns != null) {
      return turns.take(consumer);
    }
    for (int i = 0; i < cursors.size(); i++) {
      if (cursors.get(i).log.paused) {
        continue;
      }
      OutDelivery delivery = cursors.get(i).take(consumer);
      // What is only on disk comes before what others have in memory.
      if (delivery != null || (cursors.size() > 1 && cursors.get(i).backlog.incomplete())) {
        return delivery;
      }
    }
    return null;
  }

  /** Whether some message is not for every consumer. */
  boolean selective() {
    if (turns != null || !groups.isEmpty()) {
      return true;
    }
    for (int i = 0; i < cursors.size(); i++) {
      LogCursor cursor = cursors.get(i);
      if (cursor.backlog.hasShunned() || !cursor.choosers.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Something about what the cursor has in memory or on disk may have changed. */
  void touched(LogCursor cursor) {
    if (turns != null) {
      turns.touched(cursor);
    }
  }

  /** Asks for what is to be handed out next, and notes who has bodies in memory. */
  void fill(BacklogReader backlogs, WindowKeepers keepers) {
    if (turns != null) {
      turns.fill(backlogs, keepers);
      return;
    }
    for (int i = 0; i < cursors.size(); i++) {
      LogCursor cursor = cursors.get(i);
      if (cursor.wantsRead()) {
        backlogs.request(cursor);
      }
      cursor.choosers.readOn(backlogs);
      keepers.note(cursor);
    }
  }

  void handOut(OutDelivery delivery, List<OutDelivery> preSettled) {
    ConsumerTarget consumer = delivery.consumer;
    consumer.deliver(delivery);
    unsettled++;
    delivered++;
    notes.traffic.delivered(delivery.bytes);
    budget.inFlight(delivery.held);
    // A large one counts as accepted when it is sent: until then it has to stay where it is.
    if (consumer.preSettled && !delivery.large) {
      preSettled.add(delivery);
    }
  }

  private void answerDrains(StoreView view) {
    for (int i = draining.size() - 1; i >= 0; i--) {
      ConsumerTarget consumer = draining.get(i);
      if (consumer.draining()
          && (consumer.limitReached() || !dispatcher.serves(consumer) || exhaustedFor(consumer))) {
        // What others could get is not available to one that chooses.
        long left = consumer.filter == null ? messages(view) - unsettled - unavailable() : 0;
        consumer.drained(Math.max(0, left));
      }
      if (!consumer.draining()) {
        draining.remove(i);
      }
    }
  }

  private boolean exhaustedFor(ConsumerTarget consumer) {
    for (int i = 0; i < cursors.size(); i++) {
      LogCursor cursor = cursors.get(i);
      if (!cursor.log.paused && !cursor.exhaustedFor(consumer)) {
        return false;
      }
    }
    return true;
  }

  /** The outcome of a delivery is committed; true when somebody may get something now. */
  boolean settled(OutDelivery delivery) {
    notes.traffic.settled(delivery.outcome);
    ConsumerTarget consumer = delivery.consumer;
    end(delivery);
    if (delivery.effect == OutDelivery.Effect.GIVE_BACK) {
      Shunned shunned =
          delivery.shun && !consumer.closed
              ? Shunned.with(delivery.shunned, consumer)
              : delivery.shunned;
      delivery.cursor.ended(delivery, false);
      delivery.cursor.giveBack(
          new ReturnedMessage(delivery, delivery.failuresAfter, shunned),
          delivery.group,
          delivery.notBeforeMs);
      return true;
    }
    acknowledged++;
    delivery.cursor.ended(delivery, true);
    return groups.hasChanged() || !dispatcher.serves(consumer);
  }

  /** A delivery whose message cannot be read again: kept in the log, not delivered any more. */
  void unreadable(OutDelivery delivery) {
    end(delivery);
    delivery.cursor.ended(delivery, true);
    delivery.cursor.backlog.lost();
  }

  private void end(OutDelivery delivery) {
    ConsumerTarget consumer = delivery.consumer;
    consumer.unlink(delivery);
    delivery.state = OutDelivery.State.DONE;
    unsettled--;
    budget.inFlight(-delivery.held);
    if (delivery.group != null) {
      groups.settled(delivery.group);
    }
    consumers.settledOne(consumer);
  }

  /** The subscription is gone; so are its links and what is out at them. */
  void close(NodeError error) {
    deleted = true;
    for (ConsumerTarget consumer : consumers.all()) {
      for (OutDelivery d = consumer.oldestOut(); d != null; d = d.next) {
        d.state = OutDelivery.State.DONE;
        budget.inFlight(-d.held);
      }
      if (!consumer.closed) {
        consumer.closed = true;
        consumer.emit(new EdgeEvent.ConsumerClosed(consumer.port, error));
      }
    }
    consumers.clear();
    draining.clear();
    dispatcher.clear();
    unsettled = 0;
    for (LogCursor cursor : cursors) {
      cursor.log.remove(cursor);
      cursor.close();
    }
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

  /** Messages that nobody can get now. */
  private long unavailable() {
    long waiting = 0;
    for (int i = 0; i < cursors.size(); i++) {
      waiting += cursors.get(i).waiting();
    }
    return waiting + unreadable();
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
    return consumers.present().size();
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
