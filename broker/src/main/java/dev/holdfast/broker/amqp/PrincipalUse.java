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
  private final RateBucket receivedMessages;
  private final RateBucket receivedBytes;

  PrincipalUse(PrincipalLimits limits) {
    this.limits = limits;
    this.messages = new RateBucket(limits.sending().messages(), System::nanoTime);
    this.bytes = new RateBucket(limits.sending().bytes(), System::nanoTime);
    this.receivedMessages = new RateBucket(limits.receiving().messages(), System::nanoTime);
    this.receivedBytes = new RateBucket(limits.receiving().bytes(), System::nanoTime);
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
  boolean mayKeep(int uncounted) {
    return unsettled.get() + uncounted < limits.unsettled();
  }

  /** Whether a delivery may be made now, as fast as it may receive. */
  boolean mayReceive() {
    return !limits.receiving().isLimited()
        || (receivedMessages.available() > 0 && receivedBytes.available() > 0);
  }

  /** A delivery of so many bytes is made. */
  void receives(long size) {
    if (limits.receiving().isLimited()) {
      receivedMessages.charge(1);
      receivedBytes.charge(size);
    }
  }

  /** Of so much credit, what one of its links asks the domain for at a time. */
  int receiveWindow(int credit) {
    int perSecond = limits.receiving().messages();
    return perSecond > 0 ? Math.min(credit, Math.max(1, perSecond / LINK_SHARE)) : credit;
  }

  /** Of so many bytes, what one of its links asks the domain for at a time. */
  long receiveWindow(long size) {
    long perSecond = limits.receiving().bytes();
    return perSecond > 0 ? Math.min(size, Math.max(1, perSecond / LINK_SHARE)) : size;
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

  /** Whether it may send only so much in a second. */
  boolean isRated() {
    return limits.sending().isLimited();
  }

  /** Credit and unanswered messages of one of its links. */
  int linkWindow(int window) {
    int most = limits.sending().bytes() > 0 ? Math.min(window, UNKNOWN_SIZES) : window;
    return limits.sending().messages() > 0
        ? Math.min(most, Math.max(1, limits.sending().messages() / LINK_SHARE))
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
