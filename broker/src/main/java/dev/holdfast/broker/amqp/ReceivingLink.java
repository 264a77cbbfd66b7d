package dev.holdfast.broker.amqp;

/** A link on which the peer sends. */
sealed interface ReceivingLink extends Link, Receiver.Owner permits PublisherLink, CoordinatorLink {

  /** What takes its transfers. */
  Receiver receiver();
}
