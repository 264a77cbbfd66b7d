package dev.holdfast.broker.domain;

import dev.holdfast.acl.Principal;

/**
 * Who is at the other end of a connection. One object for each connection: what belongs to a
 * connection (its temporary nodes, its transactions) is told apart by identity of this object.
 */
public final class Peer {
  private final Principal principal;
  private final String container;

  /**
   * Makes one.
   *
   * @param container the peer's container-id; empty for management
   */
  public Peer(Principal principal, String container) {
    this.principal = principal;
    this.container = container;
  }

  /** Who it is. */
  public Principal principal() {
    return principal;
  }

  /** Its container-id (JMS: the client id). */
  public String container() {
    return container;
  }
}
