package dev.holdfast.broker.audit.source;

import dev.holdfast.broker.audit.AuditPeer;
import dev.holdfast.broker.identity.PeerCredentials;
import dev.holdfast.broker.identity.PeerInfo;
import org.jspecify.annotations.Nullable;

/** Describes peers for records. Stateless. */
public final class Peers {
  private Peers() {}

  /** The peer of an AMQP connection. */
  public static AuditPeer of(
      @Nullable String principal, @Nullable String mechanism, PeerInfo peer) {
    PeerCredentials kernel = peer.credentials();
    String via =
        switch (peer.transport()) {
          case UNIX -> "unix";
          case TCP -> "tcp";
          case TLS -> "tls";
          case WEBSOCKET -> "ws";
          case WEBSOCKET_TLS -> "wss";
        };
    return new AuditPeer(
        principal,
        mechanism,
        via,
        kernel == null ? -1 : kernel.uid(),
        kernel == null ? -1 : kernel.pid(),
        kernel == null ? host(peer.remote()) : null,
        peer.certificates().isEmpty()
            ? null
            : peer.certificates().get(0).getSerialNumber().toString(16));
  }

  /** The caller of the management API. */
  public static AuditPeer ofHttp(@Nullable String principal, @Nullable PeerCredentials kernel) {
    return new AuditPeer(
        principal,
        "peercred",
        "http+unix",
        kernel == null ? -1 : kernel.uid(),
        kernel == null ? -1 : kernel.pid(),
        null,
        null);
  }

  /** An address without its port; an IPv6 address with one is in brackets. */
  private static String host(String remote) {
    int port = remote.lastIndexOf(':');
    boolean withPort = port > 0 && (remote.indexOf(':') == port || remote.charAt(port - 1) == ']');
    return withPort ? remote.substring(0, port) : remote;
  }
}
