package dev.holdfast.cli;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/**
 * What one reader of a benchmark has seen: whether each message of each producer came, how often,
 * in which order, and how long it took. Any thread.
 */
final class BenchLedger {
  /** Producer, number, time of sending. */
  static final int HEAD_BYTES = 20;

  private final BitSet[] seen;
  private final int[] last;
  private final long[] micros;
  private int received;
  private long duplicates;
  private long outOfOrder;
  private long strangers;

  BenchLedger(int producers, int messagesEach) {
    this.seen = new BitSet[producers];
    this.last = new int[producers];
    this.micros = new long[producers * messagesEach];
    for (int i = 0; i < producers; i++) {
      seen[i] = new BitSet(messagesEach);
      last[i] = -1;
    }
  }

  /** A body of this size that says whose it is. */
  static byte[] body(int size, int producer, int number, long nanos) {
    return ByteBuffer.allocate(size).putInt(producer).putInt(number).putLong(nanos).array();
  }

  /** One has come. */
  synchronized void take(byte[] body, long nanos) {
    ByteBuffer in = ByteBuffer.wrap(body);
    int producer = body.length < HEAD_BYTES ? -1 : in.getInt();
    int number = producer < 0 || producer >= seen.length ? -1 : in.getInt();
    if (number < 0 || number >= micros.length / seen.length) {
      strangers++;
    } else if (seen[producer].get(number)) {
      duplicates++;
    } else {
      seen[producer].set(number);
      if (number < last[producer]) {
        outOfOrder++;
      }
      last[producer] = Math.max(last[producer], number);
      micros[received++] = Math.max(0, nanos - in.getLong()) / 1_000;
      notifyAll();
    }
  }

  /** Waits until all have come; false when none has come for so long. */
  synchronized boolean awaitAll(long quietMs) throws InterruptedException {
    while (received < micros.length) {
      int before = received;
      wait(quietMs);
      if (received == before) {
        return false;
      }
    }
    return true;
  }

  synchronized int received() {
    return received;
  }

  synchronized long lost() {
    return (long) micros.length - received;
  }

  synchronized long duplicates() {
    return duplicates;
  }

  synchronized long outOfOrder() {
    return outOfOrder;
  }

  /** Messages that nobody here has sent. */
  synchronized long strangers() {
    return strangers;
  }

  synchronized long[] micros() {
    return Arrays.copyOf(micros, received);
  }
}
