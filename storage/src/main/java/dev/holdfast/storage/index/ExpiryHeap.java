package dev.holdfast.storage.index;

import java.util.Arrays;

/**
 * Chunks by the moment at which the first of their messages expires, earliest first: a binary heap
 * in two arrays, 16 bytes a chunk. Entries of chunks that have died stay until they come up;
 * whoever reads must check.
 */
final class ExpiryHeap {
  private static final int INITIAL = 16;

  // Owner thread.
  private long[] expiries = {};
  private long[] firsts = {};
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** The earliest moment. */
  long topExpiryMs() {
    return expiries[0];
  }

  /** First sequence of the chunk with the earliest moment. */
  long topFirst() {
    return firsts[0];
  }

  void add(long expiryMs, long first) {
    if (size == expiries.length) {
      int capacity = Math.max(INITIAL, size + (size >> 1));
      expiries = Arrays.copyOf(expiries, capacity);
      firsts = Arrays.copyOf(firsts, capacity);
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (expiries[parent] <= expiryMs) {
        break;
      }
      put(at, expiries[parent], firsts[parent]);
      at = parent;
    }
    put(at, expiryMs, first);
  }

  void removeTop() {
    size--;
    long expiry = expiries[size];
    long first = firsts[size];
    int at = 0;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && expiries[child + 1] < expiries[child]) {
        child++;
      }
      if (expiry <= expiries[child]) {
        break;
      }
      put(at, expiries[child], firsts[child]);
      at = child;
    }
    if (size > 0) {
      put(at, expiry, first);
    }
  }

  void clear() {
    size = 0;
    expiries = new long[0];
    firsts = new long[0];
  }

  private void put(int slot, long expiryMs, long first) {
    expiries[slot] = expiryMs;
    firsts[slot] = first;
  }
}
