package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Flow;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/** A link as its session sees it. Event-loop thread. */
sealed interface Link permits ReceivingLink, ConsumerLink, RefusedLink {

  /** The part that is the same for all links. */
  LinkEnd end();

  /** A flow that names this link. */
  void flow(Flow flow);

  /** The peer detached. */
  void detached(boolean closed);

  /**
   * The session or the connection is gone.
   *
   * @param clean whether the peer said so, rather than the connection being lost
   */
  void lost(boolean clean);

  /** The same link was attached elsewhere, or an operator ends it. */
  void expel(ErrorCondition error);
}
