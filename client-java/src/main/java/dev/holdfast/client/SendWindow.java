package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what a producer holds: messages whose sender has not been told yet, in number and bytes.
 * One message larger than the byte bound passes when nothing else is in the window. Any thread.
 */
final class SendWindow {
  private final int maxMessages;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private int messages;
  private long bytes;
  private int waiting;
  private @Nullable HoldfastException shut;

  SendWindow(int maxMessages, long maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  /**
   * Takes room, waiting for it when there is none.
   *
   * @return false when there was none in time
   * @throws HoldfastException when the window is shut
   */
  boolean acquire(int size, Duration timeout) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = timeout.toNanos();
      waiting++;
      try {
        while (shut == null && !hasRoom(size)) {
          if (nanos <= 0) {
            return false;
          }
          nanos = changed.awaitNanos(nanos);
        }
      } finally {
        waiting--;
      }
      if (shut != null) {
        throw shut.here();
      }
      messages++;
      bytes += size;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(int size) {
    return messages == 0 || (messages < maxMessages && bytes + size <= maxBytes);
  }

  /** Gives room back. */
  void release(int count, long size) {
    lock.lock();
    try {
      messages -= count;
      bytes -= size;
      if (waiting > 0) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** From here on nobody gets room; the first reason stays. */
  void shut(HoldfastException reason) {
    lock.lock();
    try {
      if (shut == null) {
        shut = reason;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until everything in the window has been given back; false when it was not in time. */
  boolean awaitEmpty(Duration timeout) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = timeout.toNanos();
      waiting++;
      try {
        while (messages > 0) {
          if (nanos <= 0) {
            return false;
          }
          nanos = changed.awaitNanos(nanos);
        }
        return true;
      } finally {
        waiting--;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Messages in the window. */
  int messages() {
    lock.lock();
    try {
      return messages;
    } finally {
      lock.unlock();
    }
  }

  static HoldfastException full(String node) {
    return new HoldfastException(
        Reason.RESOURCE_LIMIT,
        node + ": the bound on messages in flight is reached; send later, or raise maxInFlight",
        null,
        node);
  }
}
