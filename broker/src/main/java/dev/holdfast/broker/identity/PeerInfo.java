package dev.holdfast.broker.identity;

import dev.holdfast.acl.Origin;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection comes from.
 *
 * @param transport how it is connected
 * @param credentials of a Unix socket's peer, else null
 * @param certificates a TLS client has shown, its own first, found to be good; else empty
 * @param remote printable remote address, for logs
 * @param loopback whether the remote address is a loopback address
 * @param address of the remote end; empty over a Unix socket
 */
public record PeerInfo(
    Transport transport,
    @Nullable PeerCredentials credentials,
    List<X509Certificate> certificates,
    String remote,
    boolean loopback,
    Optional<InetAddress> address) {

  /** One whose address nobody asks for. */
  public PeerInfo(
      Transport transport,
      @Nullable PeerCredentials credentials,
      List<X509Certificate> certificates,
      String remote,
      boolean loopback) {
    this(transport, credentials, certificates, remote, loopback, Optional.empty());
  }

  /**
   * How rules see the connection.
   *
   * @param mechanism of SASL
   * @param nowMs when it was authenticated, in epoch milliseconds
   */
  public Origin origin(String mechanism, long nowMs) {
    Origin.Via via =
        transport == Transport.UNIX
            ? Origin.Via.UNIX
            : transport.encrypted() ? Origin.Via.TLS : Origin.Via.PLAIN;
    return new Origin(via, loopback, address, mechanism.toLowerCase(Locale.ROOT), nowMs);
  }

  /** Copies the list. */
  public PeerInfo {
    certificates = List.copyOf(certificates);
  }

  /** Kinds of connections. */
  public enum Transport {
    /** Plain TCP. */
    TCP,
    /** TLS over TCP. */
    TLS,
    /** WebSocket over TCP. */
    WEBSOCKET,
    /** WebSocket over TLS. */
    WEBSOCKET_TLS,
    /** Unix domain socket. */
    UNIX;

    /** Whether nobody on the way can read along or change anything. */
    public boolean encrypted() {
      return this == TLS || this == WEBSOCKET_TLS;
    }

    /** Whether a WebSocket's handshake comes before AMQP. */
    public boolean webSocket() {
      return this == WEBSOCKET || this == WEBSOCKET_TLS;
    }
  }
}
