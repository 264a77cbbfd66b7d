package dev.holdfast.broker.domain.owner;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages back from consumers that keep them too long: released, at their place, with the
 * link alive.
 *
 * <p>The lock of a link's oldest delivery is the one that runs: it begins when the delivery becomes
 * the oldest, and anew when the consumer says that it is still at it. So what a client has fetched
 * ahead is not counted against it while it works through it. A consumer from which nothing has been
 * heard for as long loses everything that is out at it. Owner thread.
 */
final class Locks {
  private final Alarms alarms;
  private @Nullable Settler settler;
  private List<OutDelivery> expired = new ArrayList<>();

  Locks(Alarms alarms) {
    this.alarms = alarms;
  }

  void settler(Settler decider) {
    settler = decider;
  }

  /** Its consumers hold messages, since now or for a while. */
  void watch(Subscription subscription) {
    if (subscription.handling.lockTimeoutMs() == 0 || subscription.deleted) {
      return;
    }
    long soonest = Long.MAX_VALUE;
    for (ConsumerTarget consumer : subscription.consumers().all()) {
      if (consumer.outCount() > 0 && !consumer.preSettled) {
        soonest = Math.min(soonest, consumer.oldestSinceMs + subscription.handling.lockTimeoutMs());
      }
    }
    if (soonest != Long.MAX_VALUE) {
      Alarms.Alarm alarm = subscription.locks;
      if (alarm == null) {
        alarm = new Alarms.Alarm(now -> due(subscription, now));
        subscription.locks = alarm;
      }
      alarms.soonest(alarm, soonest);
    }
  }

  private void due(Subscription subscription, long nowMs) {
    long timeoutMs = subscription.handling.lockTimeoutMs();
    if (timeoutMs > 0 && !subscription.deleted) {
      for (ConsumerTarget consumer : subscription.consumers().all()) {
        if (!consumer.preSettled
            && consumer.outCount() > 0
            && consumer.oldestSinceMs + timeoutMs <= nowMs) {
          takeFrom(consumer, nowMs - timeoutMs);
          consumer.oldestSinceMs = nowMs;
        }
      }
    }
    watch(subscription);
  }

  private void takeFrom(ConsumerTarget consumer, long sinceMs) {
    boolean silent = consumer.heardMs <= sinceMs;
    for (OutDelivery d = consumer.oldestOut(); d != null; d = d.next) {
      if (d.state == OutDelivery.State.OUT) {
        expired.add(d);
      }
      if (!silent) {
        return;
      }
    }
  }

  boolean hasWork() {
    return !expired.isEmpty();
  }

  /** Stages what has been kept too long. */
  void stage() {
    if (expired.isEmpty() || settler == null) {
      return;
    }
    List<OutDelivery> taken = expired;
    expired = new ArrayList<>();
    for (OutDelivery delivery : taken) {
      if (delivery.state == OutDelivery.State.OUT && !delivery.consumer.closed) {
        settler.lockExpired(delivery);
      }
    }
  }
}
