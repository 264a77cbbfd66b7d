package dev.holdfast.storage.index;

import dev.holdfast.storage.DeliveryHistory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Delivery histories of messages of one chunk, by index in the chunk, in sorted parallel arrays: 28
 * bytes each, for there may be millions that wait to be tried again.
 */
public final class HistoryTable {
  private static final int INITIAL = 4;

  // Owner thread. Used slots are [0, size).
  private char[] indexes = new char[INITIAL];
  private char[] failures = new char[INITIAL];
  private long[] notBefore = new long[INITIAL];
  private long[] firstFailed = new long[INITIAL];
  private long[] lastFailed = new long[INITIAL];
  private int size;

  /** How many there are. */
  public int size() {
    return size;
  }

  /** The index of the message in slot {@code slot}. */
  public int indexAt(int slot) {
    return indexes[slot];
  }

  /** The history in slot {@code slot}. */
  public DeliveryHistory at(int slot) {
    return new DeliveryHistory(
        failures[slot], notBefore[slot], firstFailed[slot], lastFailed[slot]);
  }

  /** The history of the message with this index in the chunk. */
  @Nullable DeliveryHistory get(int index) {
    int slot = slot(index);
    return slot < 0 ? null : at(slot);
  }

  /** Keeps a history; replaces an earlier one. */
  public void put(int index, DeliveryHistory history) {
    int slot = slot(index);
    if (slot < 0) {
      slot = -slot - 1;
      insert(slot);
      indexes[slot] = (char) index;
    }
    failures[slot] = (char) history.failures();
    notBefore[slot] = history.notBeforeMs();
    firstFailed[slot] = history.firstFailedMs();
    lastFailed[slot] = history.lastFailedMs();
  }

  void remove(int index) {
    int slot = slot(index);
    if (slot >= 0) {
      size--;
      shift(slot + 1, slot, size - slot);
    }
  }

  private int slot(int index) {
    return Arrays.binarySearch(indexes, 0, size, (char) index);
  }

  private void insert(int slot) {
    if (size == indexes.length) {
      int capacity = size + Math.max(INITIAL, size >> 1);
      indexes = Arrays.copyOf(indexes, capacity);
      failures = Arrays.copyOf(failures, capacity);
      notBefore = Arrays.copyOf(notBefore, capacity);
      firstFailed = Arrays.copyOf(firstFailed, capacity);
      lastFailed = Arrays.copyOf(lastFailed, capacity);
    }
    shift(slot, slot + 1, size - slot);
    size++;
  }

  private void shift(int from, int to, int length) {
    System.arraycopy(indexes, from, indexes, to, length);
    System.arraycopy(failures, from, failures, to, length);
    System.arraycopy(notBefore, from, notBefore, to, length);
    System.arraycopy(firstFailed, from, firstFailed, to, length);
    System.arraycopy(lastFailed, from, lastFailed, to, length);
  }
}
