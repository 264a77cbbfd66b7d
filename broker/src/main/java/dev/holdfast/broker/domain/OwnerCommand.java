package dev.holdfast.broker.domain;

import dev.holdfast.acl.Principal;

/** Something the owner thread is asked to do. */
public sealed interface OwnerCommand {

  /**
   * A sending link wants to attach. Answered by {@link PublisherPort#opened} or {@link
   * PublisherPort#closed}. Publishes may follow at once; they are refused when this is.
   *
   * @param node the queue's name; empty: the anonymous terminus
   */
  record OpenPublisher(PublisherPort port, Principal principal, String node)
      implements OwnerCommand {}

  /**
   * One message. Answered in {@link PublisherPort#answered}, in order per port.
   *
   * @param to where to, when the port is the anonymous terminus; otherwise ignored
   * @param token comes back with the answer
   * @param confirm false: pre-settled, no answer is wanted
   */
  record Publish(
      PublisherPort port, String to, IncomingMessage message, Object token, boolean confirm)
      implements OwnerCommand {}

  /** The link is gone; unanswered publishes are still carried out. */
  record ClosePublisher(PublisherPort port) implements OwnerCommand {}

  /**
   * A receiving link wants to attach. Answered by {@link ConsumerPort#opened} or {@link
   * ConsumerPort#closed}.
   *
   * @param preSettled deliveries count as accepted when they are handed to the edge
   * @param defaultOutcome applied to what is out when the link goes (AMQP source.default-outcome);
   *     the edge passes {@code Modified(true, false)} when the client gave none and the connection
   *     may have been lost after its handler began
   */
  record OpenConsumer(
      ConsumerPort port,
      Principal principal,
      String node,
      boolean preSettled,
      Outcome defaultOutcome)
      implements OwnerCommand {}

  /**
   * New limits, counted from the attach on, so that what is under way needs no correction.
   *
   * @param deliveryLimit the consumer may have been handed this many deliveries in all
   * @param byteLimit the edge is ready to have been handed this many body bytes in all; the one
   *     delivery that crosses it is still handed out
   * @param drain answer {@link ConsumerPort#drained} when the limit or the end of the queue is
   *     reached
   */
  record Flow(ConsumerPort port, long deliveryLimit, long byteLimit, boolean drain)
      implements OwnerCommand {}

  /**
   * The consumer said what became of a delivery. Ignored when the delivery is no longer out at this
   * port (the link was lost, the node deleted).
   *
   * @param confirm true: the consumer waits for the broker to settle; answered by {@link
   *     ConsumerPort#outcomesStored} after the commit
   */
  record Settle(ConsumerPort port, Delivery delivery, Outcome outcome, boolean confirm)
      implements OwnerCommand {}

  /**
   * The link is gone.
   *
   * @param clean true: the client detached; deliveries still out get the default outcome. false:
   *     the connection was lost; same, and a delivery that reached the socket counts as failed only
   *     if the default outcome says so
   */
  record CloseConsumer(ConsumerPort port, boolean clean) implements OwnerCommand {}

  /** Runs on the owner thread, in turn: the way management reads and changes nodes. */
  record Call(Runnable task) implements OwnerCommand {}
}
