package dev.holdfast.broker.domain;

import dev.holdfast.acl.Principal;

/**
 * Who is at the other end of a connection. One object for each connection: what belongs to a
 * connection (its temporary nodes, its transactions) is told apart by identity of this object. The
 * name of the principal never changes; what its token allows may. Any thread.
 */
public final class Peer {
  private final String container;
  private final LiveIdentity identity;
  private volatile Principal principal;

  /**
   * Makes one whose identity stays as it is.
   *
   * @param container the peer's container-id; empty for management
   */
  public Peer(Principal principal, String container) {
    this(principal, container, LiveIdentity.FIXED);
  }

  /**
   * Makes one.
   *
   * @param container the peer's container-id
   * @param identity what it can do about its token
   */
  public Peer(Principal principal, String container, LiveIdentity identity) {
    this.principal = principal;
    this.container = container;
    this.identity = identity;
  }

  /** Who it is, and what its token allows now. */
  public Principal principal() {
    return principal;
  }

  /**
   * The same with another token. {@link OwnerCommand.Recheck} has to follow.
   *
   * @throws IllegalArgumentException when it is somebody else
   */
  public void renewed(Principal same) {
    if (!same.name().equals(principal.name())) {
      throw new IllegalArgumentException("a connection cannot become somebody else");
    }
    principal = same;
  }

  /** Its container-id (JMS: the client id). */
  public String container() {
    return container;
  }

  /** What it can do about its token. */
  public LiveIdentity identity() {
    return identity;
  }
}
