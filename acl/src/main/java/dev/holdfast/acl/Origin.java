package dev.holdfast.acl;

import java.net.InetAddress;
import java.util.Optional;

/**
 * How somebody is connected: what the conditions of rules ask about. Immutable.
 *
 * @param via the transport
 * @param loopback whether the peer is on this host and came over the network stack
 * @param address of the peer; empty over a Unix socket
 * @param mechanism of SASL, in lower case; empty when it is not known
 * @param authenticatedMs when it proved who it is, in epoch milliseconds
 */
public record Origin(
    Via via,
    boolean loopback,
    Optional<InetAddress> address,
    String mechanism,
    long authenticatedMs) {

  /** Transports, as far as rules tell them apart. */
  public enum Via {
    /** A Unix socket of this host. */
    UNIX,
    /** TCP or WebSocket that anybody on the way can read. */
    PLAIN,
    /** TLS 1.3. */
    TLS
  }

  /** The same, of a peer that has proved anew who it is. */
  public Origin at(long nowMs) {
    return new Origin(via, loopback, address, mechanism, nowMs);
  }
}
