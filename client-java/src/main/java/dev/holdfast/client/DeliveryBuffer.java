package dev.holdfast.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Deliveries that wait for a thread of the application; at most the prefetch. Any thread. */
final class DeliveryBuffer {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final ArrayDeque<Delivery> deliveries = new ArrayDeque<>();
  private boolean shut;

  /** False when the buffer is shut: the delivery has to be given back. */
  boolean offer(Delivery delivery) {
    lock.lock();
    try {
      if (!shut) {
        deliveries.add(delivery);
        changed.signal();
      }
      return !shut;
    } finally {
      lock.unlock();
    }
  }

  /** The next delivery; null when none came in time or the buffer is shut. */
  @Nullable Delivery poll(Duration timeout) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = timeout.toNanos();
      while (deliveries.isEmpty() && !shut) {
        if (nanos <= 0) {
          return null;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return deliveries.poll();
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return deliveries.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  boolean isShut() {
    lock.lock();
    try {
      return shut;
    } finally {
      lock.unlock();
    }
  }

  /** Takes out everything. */
  List<Delivery> clear() {
    lock.lock();
    try {
      List<Delivery> all = new ArrayList<>(deliveries);
      deliveries.clear();
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Takes out everything and wakes all who wait; nothing comes in any more. */
  List<Delivery> shut() {
    lock.lock();
    try {
      shut = true;
      changed.signalAll();
      return clear();
    } finally {
      lock.unlock();
    }
  }
}
