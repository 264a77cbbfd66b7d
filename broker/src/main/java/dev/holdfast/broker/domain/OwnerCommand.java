package dev.holdfast.broker.domain;

import org.jspecify.annotations.Nullable;

/** Something the owner thread is asked to do. */
public sealed interface OwnerCommand {

  /** The transaction of what belongs to none. */
  long NO_TRANSACTION = 0;

  /**
   * A sending link wants to attach. Answered by {@link PublisherPort#opened} or {@link
   * PublisherPort#closed}. Publishes may follow at once; they are refused when this is.
   *
   * @param target what it asks for
   */
  record OpenPublisher(PublisherPort port, Peer peer, TargetRequest target)
      implements OwnerCommand {}

  /**
   * One message. Answered in {@link PublisherPort#answered}, in order per port.
   *
   * @param to where to, when the port is the anonymous terminus; otherwise ignored
   * @param token comes back with the answer
   * @param confirm false: pre-settled, no answer is wanted
   * @param transaction the transaction it belongs to, {@link #NO_TRANSACTION} for none; it is
   *     answered at once and stored when the transaction is discharged
   */
  record Publish(
      PublisherPort port,
      String to,
      IncomingMessage message,
      Object token,
      boolean confirm,
      long transaction)
      implements OwnerCommand {

    /** One that belongs to no transaction. */
    public Publish(
        PublisherPort port, String to, IncomingMessage message, Object token, boolean confirm) {
      this(port, to, message, token, confirm, NO_TRANSACTION);
    }
  }

  /**
   * A part of a large message that is arriving. Answered by {@link PublisherPort#partStored} once
   * it is out of memory, stored or not: whether it could be stored is told with the message.
   */
  record StorePart(PublisherPort port, Upload upload, byte[] bytes) implements OwnerCommand {}

  /** No message will name this upload: it was aborted, was malformed, or its link is gone. */
  record DropUpload(Upload upload) implements OwnerCommand {}

  /** The link is gone; unanswered publishes are still carried out. */
  record ClosePublisher(PublisherPort port, LinkEnding ending) implements OwnerCommand {}

  /**
   * A receiving link wants to attach. Answered by {@link ConsumerPort#opened} or {@link
   * ConsumerPort#closed}.
   *
   * @param source what it asks for
   * @param preSettled deliveries count as accepted when they are handed to the edge
   * @param defaultOutcome applied to what is out when the link goes (AMQP source.default-outcome);
   *     the edge passes {@code Modified(true, false)} when the client gave none and the connection
   *     may have been lost after its handler began
   */
  record OpenConsumer(
      ConsumerPort port,
      Peer peer,
      SourceRequest source,
      boolean preSettled,
      Outcome defaultOutcome)
      implements OwnerCommand {}

  /**
   * A link asks for a subscription that its container made before (an attach with a null source),
   * to look at it or to delete it: {@link CloseConsumer} with {@link LinkEnding#CLOSED} deletes.
   * Answered as {@link OpenConsumer} is; nothing is ever delivered. It does not count as a
   * consumer.
   *
   * @param subscription only name and global count
   */
  record FindSubscription(ConsumerPort port, Peer peer, SubscriptionRequest subscription)
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
   * @param transaction the transaction it belongs to, {@link #NO_TRANSACTION} for none: the outcome
   *     takes effect when that is discharged
   */
  record Settle(
      ConsumerPort port, Delivery delivery, Outcome outcome, boolean confirm, long transaction)
      implements OwnerCommand {

    /** One that belongs to no transaction. */
    public Settle(ConsumerPort port, Delivery delivery, Outcome outcome, boolean confirm) {
      this(port, delivery, outcome, confirm, NO_TRANSACTION);
    }
  }

  /**
   * The consumer is still at work on a delivery (AMQP's state received): its lock begins anew.
   * Ignored when the delivery is no longer out at this port.
   */
  record Renew(ConsumerPort port, Delivery delivery) implements OwnerCommand {}

  /**
   * The link is gone; deliveries still out get the default outcome. A subscription that its link
   * named goes with {@link LinkEnding#CLOSED} when no other consumer is left, and stays with {@code
   * LOCKED} otherwise: answered by {@link ConsumerPort#unsubscribed}. A volatile one goes with its
   * last consumer, however that ends.
   */
  record CloseConsumer(ConsumerPort port, LinkEnding ending) implements OwnerCommand {}

  /** A coordinator wants to attach. Answered by {@link CoordinatorPort#opened} or closed. */
  record OpenCoordinator(CoordinatorPort port, Peer peer) implements OwnerCommand {}

  /** Begins a transaction. Answered by {@link CoordinatorPort#declared} or refused. */
  record Declare(CoordinatorPort port, Object token) implements OwnerCommand {}

  /**
   * Ends a transaction. Answered by {@link CoordinatorPort#discharged}, after the commit.
   *
   * @param fail true: roll back
   */
  record Discharge(CoordinatorPort port, long transaction, boolean fail, Object token)
      implements OwnerCommand {}

  /**
   * Something came that belongs to a transaction and cannot be part of it: the edge has refused it.
   * The transaction can only be rolled back. Ignored when there is none with this id.
   *
   * @param why for its discharge
   */
  record FailTransaction(Peer peer, long transaction, String why) implements OwnerCommand {}

  /** The coordinator is gone; transactions that it declared and are open are rolled back. */
  record CloseCoordinator(CoordinatorPort port) implements OwnerCommand {}

  /**
   * What principals may do has changed: links that would not be let in now are closed with {@code
   * UNAUTHORIZED}.
   *
   * @param peer whose links are looked at; null: everybody's
   */
  record Recheck(@Nullable Peer peer) implements OwnerCommand {}

  /** Runs on the owner thread, in turn: the way management reads and changes nodes. */
  record Call(Runnable task) implements OwnerCommand {}
}
