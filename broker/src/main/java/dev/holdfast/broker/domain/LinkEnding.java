package dev.holdfast.broker.domain;

/** How a link ended. */
public enum LinkEnding {
  /** The peer detached and may come back (detach with closed=false): a durable terminus stays. */
  DETACHED,
  /** The peer closed the link (detach with closed=true): its terminus is no longer wanted. */
  CLOSED,
  /** The session or the connection was ended by the peer in good order. */
  ENDED,
  /** The connection was lost. */
  LOST
}
