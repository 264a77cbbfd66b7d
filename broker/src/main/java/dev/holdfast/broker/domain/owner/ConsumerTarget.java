package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A consumer: a receiving link that takes messages, and what is out at it.
 *
 * <p>Invariant: a closed consumer has no delivery in state OUT.
 */
final class ConsumerTarget {
  final ConsumerPort port;
  final Subscription subscription;
  final Peer peer;
  final boolean preSettled;
  final Outcome defaultOutcome;

  /** Those with a higher one are served first. */
  final int priority;

  /** Nobody else may consume beside it. */
  final boolean exclusive;

  /** When this link is closed, its subscription is no longer wanted. */
  final boolean unsubscribes;

  /** Which messages it takes; null: all. */
  final @Nullable MessageFilter filter;

  private final @Nullable Predicate<String> mayRead;
  private final ReceivingLink link;

  boolean closed;

  /** In the ring of consumers with credit. */
  boolean ready;

  /** When its oldest delivery became that, or it last said to be at it; epoch milliseconds. */
  long oldestSinceMs;

  /** When it last said something of a delivery, or got one and had none; epoch milliseconds. */
  long heardMs;

  private int outCount;
  private @Nullable OutDelivery oldest;
  private @Nullable OutDelivery newest;

  /**
   * Makes one.
   *
   * @param mayRead the nodes it may receive from, by name; null: all that its subscription reads
   */
  ConsumerTarget(
      OwnerCommand.OpenConsumer command,
      Resolution.Join join,
      @Nullable Predicate<String> mayRead,
      Outbox.Lane lane) {
    this.port = command.port();
    this.peer = command.peer();
    this.subscription = join.group();
    this.preSettled = command.preSettled();
    this.defaultOutcome = command.defaultOutcome();
    this.priority = command.source().turn().priority();
    this.exclusive = command.source().turn().exclusive();
    this.unsubscribes = join.unsubscribes();
    this.filter = join.filter();
    this.mayRead = mayRead;
    this.link = new ReceivingLink(command.port(), lane);
  }

  void emit(EdgeEvent event) {
    link.emit(event);
  }

  void flow(long deliveries, long bytes, boolean drain) {
    link.flow(deliveries, bytes, drain);
  }

  boolean draining() {
    return link.draining();
  }

  /** Answers the drain: what credit was left is consumed. */
  void drained(long available) {
    link.drained(available);
  }

  /** Whether it may receive messages of this log. */
  boolean mayRead(NodeLog log) {
    return mayRead == null || mayRead.test(log.name);
  }

  boolean hasCredit() {
    return !closed && link.hasCredit();
  }

  boolean limitReached() {
    return link.limitReached();
  }

  void deliver(OutDelivery delivery) {
    if (outCount == 0) {
      oldestSinceMs = subscription.notes.nowMs();
      heardMs = oldestSinceMs;
      subscription.notes.keeps(subscription);
    }
    outCount++;
    link(delivery);
    link.deliver(delivery, delivery.held);
  }

  void outcomeStored(OutDelivery delivery) {
    link.outcomeStored(delivery);
  }

  int outCount() {
    return outCount;
  }

  /** It said something of this delivery. */
  void heard(OutDelivery of) {
    heardMs = subscription.notes.nowMs();
    if (of == oldest) {
      lockBegins(heardMs);
    }
  }

  /** The lock of its oldest delivery runs from now on. */
  private void lockBegins(long nowMs) {
    if (nowMs < oldestSinceMs) {
      // The clock was set back: it ends before the moment that is watched.
      subscription.notes.keeps(subscription);
    }
    oldestSinceMs = nowMs;
  }

  @Nullable OutDelivery oldestOut() {
    return oldest;
  }

  void unlink(OutDelivery delivery) {
    OutDelivery before = delivery.previous;
    OutDelivery after = delivery.next;
    if (before == null) {
      oldest = after;
      lockBegins(subscription.notes.nowMs());
    } else {
      before.next = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.previous = before;
    }
    delivery.previous = null;
    delivery.next = null;
    outCount--;
  }

  private void link(OutDelivery delivery) {
    delivery.previous = newest;
    if (newest == null) {
      oldest = delivery;
    } else {
      newest.next = delivery;
    }
    newest = delivery;
  }
}
