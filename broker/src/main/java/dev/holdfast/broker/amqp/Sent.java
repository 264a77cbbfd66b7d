package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.Delivery;

/** A delivery on the wire that is not settled. Event-loop thread. */
final class Sent {

  private final ConsumerLink link;
  private final Delivery delivery;
  private boolean reported;

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

  /** Whether its outcome has been told to the domain. */
  boolean reported() {
    return reported;
  }

  void report() {
    reported = true;
  }
}
