package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.Peer;

/** One thing that a transaction does when it is committed. */
sealed interface TransactionWork {

  /**
   * A message sent.
   *
   * @param sender whose permission counts
   * @param node as it was found when the message came
   */
  record Post(Peer sender, Node node, IncomingMessage message) implements TransactionWork {}

  /** A delivery with an outcome; the delivery knows it. */
  record Retirement(OutDelivery delivery) implements TransactionWork {}
}
