package dev.holdfast.broker.domain;

/**
 * A node to be made for one link under a name that the broker chooses (AMQP 1.0 part 3 §3.5.3,
 * {@code dynamic}).
 *
 * @param kind queue or topic
 * @param lifetime when it goes
 */
public record DynamicNode(NodeKind kind, Lifetime lifetime) {

  /** Lifetime policies (part 3 §3.5.10 to 3.5.13). In every case the creating link counts. */
  public enum Lifetime {
    /** With the link that made it. */
    DELETE_ON_CLOSE,
    /** Once no link is attached. */
    DELETE_ON_NO_LINKS,
    /** Once it is empty, after the creating link has gone. */
    DELETE_ON_NO_MESSAGES,
    /** Once it is empty and no link is attached. */
    DELETE_ON_NO_LINKS_OR_MESSAGES
  }
}
