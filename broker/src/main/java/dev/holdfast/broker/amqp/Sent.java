package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.Delivery;

/** A delivery on the wire that is not settled. Event-loop thread. */
final class Sent {

  private final ConsumerLink link;
  private final Delivery delivery;
  private boolean decided;

  Sent(ConsumerLink link, Delivery delivery) {
    this.link = link;
    this.delivery = delivery;
  }

  ConsumerLink link() {
    return link;
  }

  Delivery delivery() {
    return delivery;
  }

  /**
   * Whether the domain waits for no other word on it: an outcome in a transaction may be taken back
   * with it, and then another one follows.
   */
  boolean isDecided() {
    return decided;
  }

  void decided() {
    decided = true;
  }
}
