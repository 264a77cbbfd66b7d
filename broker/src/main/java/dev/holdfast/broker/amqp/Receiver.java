package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import dev.holdfast.broker.amqp.codec.Flow;
import dev.holdfast.broker.amqp.codec.FrameOutput;
import dev.holdfast.broker.amqp.codec.Transfer;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a link: the credit it gives (part 2 §2.6.7) and the delivery that is
 * arriving, from its first transfer to its last (§2.6.14).
 *
 * <p>Invariant: credit + messages that are not answered ≤ the window. Credit is topped up when a
 * quarter of the window is free, so flows are rare. Event-loop thread.
 */
final class Receiver {

  /** Who the messages are for. */
  interface Owner {

    /** A message is here, from {@code from} to {@code to}; {@code b} is the caller's. */
    void arrived(byte[] b, int from, int to);

    /**
     * The beginning of a large message is here, and more of it follows.
     *
     * @return where it goes from now on, these bytes included; null: it has to come whole
     */
    default @Nullable Streaming begins(byte[] b) {
      return null;
    }

    /** A message is here that went to where {@link #begins} said. */
    default void arrived(Streaming message) {
      throw new IllegalStateException("nothing is streamed on this link");
    }

    /** The peer broke a rule that ends the link. */
    void fail(Fault fault);

    /** The first part of a message came although the link is gone; it is thrown away. */
    void missed(long transaction);
  }

  private final LinkEnd end;
  private final AmqpConnection connection;
  private final Owner owner;
  private final int window;
  private final @Nullable PrincipalUse use;
  private final Incoming incoming = new Incoming();
  private long maxMessageBytes;
  private int deliveryCount;
  private int credit;
  private int unanswered;

  /**
   * Makes one.
   *
   * @param use that decides how fast credit is given; null: nothing does
   */
  Receiver(
      LinkEnd end, Owner owner, int window, int initialDeliveryCount, @Nullable PrincipalUse use) {
    this.end = end;
    this.connection = end.session.connection;
    this.owner = owner;
    this.use = use;
    this.window = use == null ? window : use.linkWindow(window);
    this.deliveryCount = initialDeliveryCount;
  }

  /** The link is attached: messages of this size may come. */
  void open(long maxBytes) {
    maxMessageBytes = maxBytes;
    topUp();
  }

  /** Whether a delivery has begun and not ended. */
  boolean isReceiving() {
    return incoming.isActive();
  }

  /** The delivery that is arriving, or has just arrived. */
  Incoming incoming() {
    return incoming;
  }

  /** What arrived waits for an answer, and its credit with it. */
  void awaitsAnswer() {
    unanswered++;
  }

  /** So many are answered (or never will be). */
  void answered(int messages) {
    unanswered -= messages;
  }

  /** Grants what is free, in one flow. */
  void topUp() {
    int free = window - credit - unanswered;
    boolean may = end.isAttached() && !end.isFrozen() && !connection.isClosing();
    boolean rated = use != null && use.isRated();
    if (may && free >= (rated ? 1 : Math.max(1, window / 4))) {
      int given = use == null ? free : use.takeCredit(free);
      credit += given;
      if (given > 0) {
        sendFlow();
      }
    }
  }

  private void sendFlow() {
    end.session.flow(new FrameOutput.LinkState(end.handle, deliveryCount, credit, -1, false));
  }

  /** The peer's flow. */
  void flow(Flow flow) {
    if (!end.isAttached()) {
      return;
    }
    if (flow.deliveryCount >= 0) {
      // A sender that gives up credit moves its count ahead of what it sent.
      int skipped = (int) flow.deliveryCount - deliveryCount;
      if (skipped > 0 && skipped <= credit) {
        deliveryCount += skipped;
        credit -= skipped;
        topUp();
      }
    }
    if (flow.echo) {
      sendFlow();
    }
  }

  /** One transfer; the payload ends at {@code to}. */
  void transfer(Transfer t, byte[] b, int to) {
    if (end.isOpening()) {
      throw new FaultException(Fault.NO_CREDIT, FaultException.Scope.SESSION);
    }
    if (!end.isAttached()) {
      if (t.stateFrom >= 0) {
        owner.missed(Outcomes.transaction(t, b, connection.edge.codec));
      }
      return;
    }
    boolean continues = incoming.isActive();
    if (!continues && !begin(t, b)) {
      return;
    }
    if (continues && t.deliveryId >= 0 && (int) t.deliveryId != incoming.deliveryId()) {
      owner.fail(Fault.INTERLEAVED);
      return;
    }
    if (continues && !incoming.continuesWith(t, b)) {
      owner.fail(Fault.CONTINUATION);
      return;
    }
    if (continues && t.stateFrom >= 0) {
      incoming.within(Outcomes.transaction(t, b, connection.edge.codec));
    }
    incoming.settle(t.settled);
    if (t.aborted) {
      dropPartial();
      finishDelivery();
      return;
    }
    int bytes = to - t.payloadFrom;
    if (incoming.total() + bytes > maxMessageBytes) {
      owner.fail(Fault.MESSAGE_SIZE);
      return;
    }
    take(t, b, to);
  }

  /** The payload of a transfer that is in order. */
  private void take(Transfer t, byte[] b, int to) {
    int bytes = to - t.payloadFrom;
    Streaming streaming = incoming.streaming();
    if (streaming != null) {
      incoming.streamed(bytes);
      streaming.take(b, t.payloadFrom, to);
      if (!t.more) {
        finishDelivery();
        incoming.reset();
        owner.arrived(streaming);
      }
      return;
    }
    if (t.more) {
      incoming.append(t, b, to);
      if (!connection.budget.unfinished(bytes)) {
        owner.fail(Fault.UNFINISHED);
      } else if (incoming.bytes() > connection.limits().perConnection().bytes().whole()
          && !incoming.isWhole()) {
        stream(b);
      }
      return;
    }
    finishDelivery();
    // Let go of the parts first: the owner may end the link over what it finds.
    if (incoming.bytes() == 0) {
      incoming.reset();
      owner.arrived(b, t.payloadFrom, to);
    } else {
      byte[] whole = incoming.join(b, t.payloadFrom, to);
      dropPartial();
      owner.arrived(whole, 0, whole.length);
    }
  }

  private void stream(byte[] b) {
    Streaming streaming = owner.begins(incoming.join(b, 0, 0));
    if (streaming == null) {
      incoming.keepWhole();
    } else {
      connection.budget.unfinished(-incoming.bytes());
      incoming.stream(streaming);
    }
  }

  private boolean begin(Transfer t, byte[] b) {
    incoming.begin(t);
    if (t.stateFrom >= 0) {
      incoming.within(Outcomes.transaction(t, b, connection.edge.codec));
    }
    // An empty one is what Qpid JMS gives to all that it sends settled.
    if (t.tagBytes < 0 || t.tagBytes > 32) {
      owner.fail(Fault.DELIVERY_TAG);
      return false;
    }
    if (credit <= 0) {
      owner.fail(Fault.NO_CREDIT);
      return false;
    }
    return true;
  }

  private void finishDelivery() {
    credit--;
    deliveryCount++;
  }

  /** The link is gone, and what credit it had. */
  void ended() {
    if (use != null) {
      use.creditUnused(credit);
    }
    credit = 0;
    dropPartial();
  }

  /** What has not arrived whole never will. */
  void dropPartial() {
    if (incoming.streaming() != null) {
      incoming.streaming().drop();
    }
    connection.budget.unfinished(-incoming.bytes());
    incoming.reset();
  }
}
