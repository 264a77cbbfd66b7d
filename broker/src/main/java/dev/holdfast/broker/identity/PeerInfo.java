package dev.holdfast.broker.identity;

import org.jspecify.annotations.Nullable;

/**
 * Where a connection comes from.
 *
 * @param transport how it is connected
 * @param credentials of a Unix socket's peer, else null
 * @param remote printable remote address, for logs
 * @param loopback whether the remote address is a loopback address
 */
public record PeerInfo(
    Transport transport, @Nullable PeerCredentials credentials, String remote, boolean loopback) {

  /** Kinds of connections. */
  public enum Transport {
    /** Unix domain socket. */
    UNIX,
    /** Plain TCP. */
    TCP,
    /** TLS over TCP. */
    TLS
  }
}
