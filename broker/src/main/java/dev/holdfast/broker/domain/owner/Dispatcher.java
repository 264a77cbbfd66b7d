package dev.holdfast.broker.domain.owner;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which consumer of a subscription gets which message: those with credit take turns, each the first
 * message that it can get.
 */
final class Dispatcher {
  private final Subscription subscription;

  /** Consumers with credit, in the order of their turns. */
  private @Nullable ArrayDeque<ConsumerTarget> ready;

  Dispatcher(Subscription subscription) {
    this.subscription = subscription;
  }

  /** A consumer's credit has changed. */
  void flow(ConsumerTarget consumer) {
    if (!consumer.ready && consumer.hasCredit()) {
      if (ready == null) {
        ready = new ArrayDeque<>();
      }
      consumer.ready = true;
      ready.addLast(consumer);
    }
  }

  void detach(ConsumerTarget consumer) {
    if (ready != null && consumer.ready) {
      ready.remove(consumer);
    }
  }

  void clear() {
    ready = null;
  }

  /** Somebody could take a message now. */
  boolean hasDemand() {
    return ready != null && !ready.isEmpty();
  }

  /** Hands out what credit allows. */
  void dispatch(List<OutDelivery> preSettled) {
    if (ready == null) {
      return;
    }
    int idle = 0;
    while (!ready.isEmpty() && idle < ready.size()) {
      ConsumerTarget consumer = ready.pollFirst();
      if (!consumer.hasCredit()) {
        consumer.ready = false;
        continue;
      }
      OutDelivery delivery = subscription.take(consumer);
      if (delivery != null) {
        ready.addLast(consumer);
        subscription.handOut(delivery, preSettled);
        idle = 0;
      } else if (subscription.selective()) {
        ready.addLast(consumer);
        idle++;
      } else {
        ready.addFirst(consumer);
        break;
      }
    }
  }
}
