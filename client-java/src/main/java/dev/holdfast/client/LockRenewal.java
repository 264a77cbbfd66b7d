package dev.holdfast.client;

import dev.holdfast.client.wire.ClientLoop;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Received;

/**
 * Tells the broker, while handlers run, that their deliveries are still worked on, so that it does
 * not take them back (AMQP's state received, not settled). Any thread, except {@link #renew}.
 */
final class LockRenewal {
  private final ClientLoop loop;
  private final Duration interval;
  private final Set<Delivery> running = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  /** With an interval; zero: never. */
  LockRenewal(ClientLoop loop, Duration interval) {
    this.loop = loop;
    this.interval = interval;
  }

  /** A handler begins. */
  void begin(Delivery delivery) {
    if (!interval.isZero()) {
      running.add(delivery);
      schedule();
    }
  }

  /** It has ended. */
  void end(Delivery delivery) {
    running.remove(delivery);
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      loop.schedule(interval, this::renew);
    }
  }

  /** On the event loop. */
  private void renew() {
    scheduled.set(false);
    for (Delivery delivery : running) {
      if (delivery.isCurrent() && !delivery.isSettled()) {
        Received atIt = new Received();
        atIt.setSectionNumber(UnsignedInteger.ZERO);
        atIt.setSectionOffset(UnsignedLong.ZERO);
        delivery.raw().disposition(atIt, false);
      }
    }
    if (!running.isEmpty()) {
      schedule();
    }
  }
}
