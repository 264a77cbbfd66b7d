package dev.holdfast.broker.domain.owner;

/** What bodies in memory add up to, over all queues. Owner thread, but for {@link #lean()}. */
final class MemoryBudget {
  private static final int OVERHEAD_BYTES = 96;

  private final long windowLimit;
  private final long inFlightLimit;

  // Owner thread.
  private long window;
  private long inFlight;

  // Written by the owner, read by the edge: one flag, so that a sent message costs one read.
  private volatile boolean lean;

  MemoryBudget(long windowLimit, long inFlightLimit) {
    this.windowLimit = windowLimit;
    this.inFlightLimit = inFlightLimit;
  }

  /** Bodies of waiting messages came in (or, negative, went). */
  void window(long bytes) {
    window += bytes;
  }

  boolean windowExceeded() {
    return window > windowLimit;
  }

  boolean windowHasRoom(long bytes) {
    return window + bytes <= windowLimit;
  }

  long windowBytes() {
    return window;
  }

  /** Bodies went out to consumers (or, negative, are settled). */
  void inFlight(long bytes) {
    inFlight += bytes;
    boolean now = inFlight > inFlightLimit;
    if (now != lean) {
      lean = now;
    }
  }

  /** Whether bodies should leave the memory once they are sent. Any thread. */
  boolean lean() {
    return lean;
  }

  /** What a message of so many bytes takes in memory, about. */
  static long size(int bytes) {
    return bytes + (long) OVERHEAD_BYTES;
  }
}
