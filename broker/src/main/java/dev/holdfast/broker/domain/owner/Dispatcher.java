package dev.holdfast.broker.domain.owner;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which consumer of a subscription gets which message: those with credit take turns, each the first
 * message that it can get. Consumers with a higher priority come first as long as they have credit.
 *
 * <p>With a single active consumer only one is served, the oldest of those with the highest
 * priority, and it only once nothing is out at any other: so it goes on where that one ended.
 */
final class Dispatcher {
  private final Subscription subscription;
  private final boolean singleActive;

  /** Consumers with credit, by priority, the highest first; none of the rings is empty. */
  private final List<Ring> rings = new ArrayList<>(0);

  /** Consumers of one priority in the order of their turns. */
  private record Ring(int priority, ArrayDeque<ConsumerTarget> consumers) {}

  Dispatcher(Subscription subscription, boolean singleActive) {
    this.subscription = subscription;
    this.singleActive = singleActive;
  }

  /** A consumer's credit has changed. */
  void flow(ConsumerTarget consumer) {
    if (!consumer.ready && consumer.hasCredit()) {
      consumer.ready = true;
      ring(consumer.priority).consumers().addLast(consumer);
    }
  }

  private Ring ring(int priority) {
    int at = 0;
    while (at < rings.size() && rings.get(at).priority() > priority) {
      at++;
    }
    if (at == rings.size() || rings.get(at).priority() != priority) {
      rings.add(at, new Ring(priority, new ArrayDeque<>()));
    }
    return rings.get(at);
  }

  void detach(ConsumerTarget consumer) {
    if (!consumer.ready) {
      return;
    }
    consumer.ready = false;
    Ring ring = ring(consumer.priority);
    ring.consumers().remove(consumer);
    if (ring.consumers().isEmpty()) {
      rings.remove(ring);
    }
  }

  void clear() {
    rings.clear();
  }

  /** Somebody could take a message now. */
  boolean hasDemand() {
    if (singleActive) {
      ConsumerTarget active = active();
      return active != null && active.hasCredit();
    }
    return !rings.isEmpty();
  }

  /** Whether this consumer may get messages now, as far as the others are concerned. */
  boolean serves(ConsumerTarget consumer) {
    return !singleActive || consumer == active();
  }

  /** The one that is served; null while what is out at another one has no outcome. */
  private @Nullable ConsumerTarget active() {
    ConsumerTarget foremost = subscription.consumers().foremost();
    return foremost != null && subscription.unsettled() == foremost.outCount() ? foremost : null;
  }

  /** Hands out what credit allows. */
  void dispatch(List<OutDelivery> preSettled) {
    if (singleActive) {
      serveActive(preSettled);
      return;
    }
    boolean more = true;
    for (int i = 0; more && i < rings.size(); ) {
      ArrayDeque<ConsumerTarget> ready = rings.get(i).consumers();
      more = dispatch(ready, preSettled);
      if (ready.isEmpty()) {
        rings.remove(i);
      } else {
        i++;
      }
    }
  }

  private void serveActive(List<OutDelivery> preSettled) {
    ConsumerTarget active = active();
    while (active != null && active.hasCredit()) {
      OutDelivery delivery = subscription.take(active);
      if (delivery == null) {
        return;
      }
      subscription.handOut(delivery, preSettled);
    }
  }

  /** Serves one ring; false when there is nothing for anybody after it either. */
  private boolean dispatch(ArrayDeque<ConsumerTarget> ready, List<OutDelivery> preSettled) {
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
        return false;
      }
    }
    return true;
  }
}
