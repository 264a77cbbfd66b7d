package dev.holdfast.broker.amqp;

import dev.holdfast.broker.limits.PrincipalLimits;
import dev.holdfast.broker.limits.RateBucket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What one principal uses, over all its connections on whatever event loops. Any thread. */
final class PrincipalUse {

  /** A link of a rated principal holds at most what this part of a second allows. */
  private static final int LINK_SHARE = 10;

  /** With a limit on bytes: as much credit may turn out to be as many large messages. */
  private static final int UNKNOWN_SIZES = 16;

  private final PrincipalLimits limits;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger links = new AtomicInteger();
  private final AtomicLong unsettled = new AtomicLong();
  private final AtomicLong bytesInFlight = new AtomicLong();
  private final RateBucket messages;
  private final RateBucket bytes;

  PrincipalUse(PrincipalLimits limits) {
    this.limits = limits;
    this.messages = new RateBucket(limits.messagesPerSecond(), System::nanoTime);
    this.bytes = new RateBucket(limits.bytesPerSecond(), System::nanoTime);
  }

  /** Of a connection that is nobody's yet. */
  static PrincipalUse nobodys() {
    return new PrincipalUse(PrincipalLimits.defaults());
  }

  boolean enter() {
    if (connections.incrementAndGet() <= limits.connections()) {
      return true;
    }
    connections.decrementAndGet();
    return false;
  }

  /** One connection less; whether it was the last. */
  boolean leave() {
    return connections.decrementAndGet() <= 0;
  }

  boolean isUsed() {
    return connections.get() > 0;
  }

  /** One link more, which counts in any case; false when it is one too many. */
  boolean linkAdded() {
    return links.incrementAndGet() <= limits.links();
  }

  void linksRemoved(int count) {
    links.addAndGet(-count);
  }

  long messageBytes() {
    return limits.messageBytes();
  }

  /** Deliveries more, or less, that are not settled. */
  void unsettled(int change) {
    if (change != 0) {
      unsettled.addAndGet(change);
    }
  }

  /** Whether a delivery may be made when so many are not counted yet. */
  boolean mayDeliver(int uncounted) {
    return unsettled.get() + uncounted < limits.unsettled();
  }

  /** Bytes of messages taken, or stored when negative. */
  void held(long change) {
    bytesInFlight.addAndGet(change);
    if (change > 0) {
      bytes.charge(change);
    }
  }

  /** Frames of this size that may be allowed to come. */
  long framesAffordable(int maxFrameBytes) {
    if (bytesInFlight.get() >= limits.bytesInFlight()) {
      return 0;
    }
    long available = bytes.available();
    return available <= 0 ? 0 : 1 + available / maxFrameBytes;
  }

  boolean isRated() {
    return limits.rated();
  }

  /** Credit and unanswered messages of one of its links. */
  int linkWindow(int window) {
    int most = limits.bytesPerSecond() > 0 ? Math.min(window, UNKNOWN_SIZES) : window;
    return limits.messagesPerSecond() > 0
        ? Math.min(most, Math.max(1, limits.messagesPerSecond() / LINK_SHARE))
        : most;
  }

  /** How much of so much credit may be given now; that much is given. */
  int takeCredit(int wanted) {
    return bytes.available() <= 0 ? 0 : (int) messages.take(wanted);
  }

  void creditUnused(int credit) {
    messages.giveBack(credit);
  }
}
