package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Flow;
import dev.holdfast.broker.domain.OwnerCommand;

/**
 * Flow control of one link on which the broker sends (part 2 §2.6.7): the peer's credit as serial
 * numbers, and the same as limits for the domain, counted in deliveries that were really made.
 * Event-loop thread.
 */
final class Credit {

  private final ConsumerLink link;
  private final AmqpConnection connection;
  private final int maxCredit;
  private final long windowBytes;

  /** Sequence number of the last delivery, credit used up by a drain included. */
  private int deliveryCount;

  /** Where the peer's credit ends. */
  private int limit;

  private boolean drain;
  private boolean asked;
  private long sentDeliveries;
  private long sentBytes;
  private long toldDeliveryLimit;
  private long toldByteLimit;
  private boolean drainAtDomain;
  private boolean changedMeanwhile;
  private boolean drainAnswered;
  private long available;
  private boolean postponed;

  Credit(ConsumerLink link, AmqpConnection connection) {
    this.link = link;
    this.connection = connection;
    AmqpLimits.PerConnection limits = connection.limits().perConnection();
    PrincipalUse use = connection.standing.use();
    this.maxCredit = use.receiveWindow(limits.consumerCredit());
    this.windowBytes = use.receiveWindow(limits.bytes().consumerWindow());
  }

  int deliveryCount() {
    return deliveryCount;
  }

  /** Deliveries the peer takes now. */
  int left() {
    return limit - deliveryCount;
  }

  /** What the domain last said of its backlog. */
  long available() {
    return available;
  }

  /** The peer's flow. */
  void granted(Flow flow) {
    int base = flow.deliveryCount < 0 ? 0 : (int) flow.deliveryCount;
    if (flow.linkCredit >= 0) {
      limit = base + (int) flow.linkCredit;
      if (left() < 0) {
        limit = deliveryCount;
      }
    }
    drain = flow.drain;
    if (!asked) {
      return;
    }
    if (drainAtDomain) {
      changedMeanwhile = true;
      return;
    }
    tell(drain);
  }

  /** The domain has been asked to open the link: what the peer said before reaches it now. */
  void opened() {
    asked = true;
    if (left() > 0 || drain) {
      tell(drain);
    }
  }

  /** What the peer asked for while its token had expired is asked for now. */
  void thaw() {
    if (postponed) {
      postponed = false;
      tell(drain);
    }
  }

  private void tell(boolean withDrain) {
    if (link.end().isFrozen()) {
      postponed = true;
      return;
    }
    drainAtDomain = withDrain;
    toldDeliveryLimit = sentDeliveries + Math.min(Math.max(0, left()), maxCredit);
    toldByteLimit = sentBytes + windowBytes;
    connection.edge.submit(
        new OwnerCommand.Flow(link, toldDeliveryLimit, toldByteLimit, withDrain));
  }

  /** A delivery has been written whole. */
  void sent(int bytes) {
    deliveryCount++;
    sentDeliveries++;
    sentBytes += bytes;
  }

  /** A delivery was handed out and will not be written: it costs the peer nothing. */
  void passedOver(int bytes) {
    sentDeliveries++;
    sentBytes += bytes;
  }

  /** The domain has nothing more for the drain it was asked for. */
  void drained(long left) {
    available = left;
    if (!drainAtDomain) {
      return;
    }
    drainAtDomain = false;
    boolean limitWasOurs = left > 0 && sentDeliveries + left() > toldDeliveryLimit;
    if (changedMeanwhile || limitWasOurs) {
      changedMeanwhile = false;
      tell(drain);
    } else if (drain) {
      drainAnswered = true;
    }
  }

  /** Ends a drain once everything is written, and asks for more when the domain runs dry of it. */
  void afterPump(boolean queueEmpty) {
    if (drainAnswered && (queueEmpty || left() <= 0)) {
      drainAnswered = false;
      drain = false;
      deliveryCount = limit;
      link.sendFlow(true);
    }
    boolean bytesLow = toldByteLimit - sentBytes < (windowBytes + 1) / 2;
    boolean moreThanTold = sentDeliveries + left() > toldDeliveryLimit;
    boolean countLow = moreThanTold && toldDeliveryLimit - sentDeliveries < (maxCredit + 1) / 2;
    if ((bytesLow && left() > 0) || countLow) {
      tell(drainAtDomain);
    }
  }
}
