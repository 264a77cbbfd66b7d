package dev.holdfast.broker.identity;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection comes from.
 *
 * @param transport how it is connected
 * @param credentials of a Unix socket's peer, else null
 * @param certificates a TLS client has shown, its own first, found to be good; else empty
 * @param remote printable remote address, for logs
 * @param loopback whether the remote address is a loopback address
 */
public record PeerInfo(
    Transport transport,
    @Nullable PeerCredentials credentials,
    List<X509Certificate> certificates,
    String remote,
    boolean loopback) {

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
