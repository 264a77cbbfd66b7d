package dev.holdfast.broker.domain;

import org.jspecify.annotations.Nullable;

/**
 * A transaction coordinator link's broker side (AMQP 1.0 part 4 §4.1), implemented by the edge.
 * Methods run on its event loop.
 */
public interface CoordinatorPort {

  /** The loop that events of this port go to. Any thread. */
  EdgeLoop loop();

  /** The coordinator takes declarations; grant credit. */
  void opened();

  /** A transaction has begun. */
  void declared(Object token, long transaction);

  /** A declaration was refused. */
  void refused(Object token, NodeError error);

  /** A transaction has ended: as asked (null, after the commit), or rolled back with this error. */
  void discharged(Object token, @Nullable NodeError error);

  /** Detach with this error (also the answer to a refused attach). */
  void closed(NodeError error);
}
