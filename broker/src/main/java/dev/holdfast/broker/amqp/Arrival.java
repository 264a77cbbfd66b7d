package dev.holdfast.broker.amqp;

import dev.holdfast.broker.identity.PeerCredentials;
import dev.holdfast.broker.identity.PeerInfo;
import dev.holdfast.broker.identity.SaslMechanisms;
import dev.holdfast.broker.net.PeerCredentialsReader;
import dev.holdfast.broker.tls.ServerTls;
import dev.holdfast.broker.websocket.WebSocketSettings;
import dev.holdfast.broker.websocket.WebSocketUpgrade;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.net.NetSocketInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket from its accept until AMQP is spoken on it: TLS and WebSocket, where the listener wants
 * them, are put in front of the connection, which sees bytes in any case. The socket counts as an
 * unauthenticated connection from the beginning, so these handshakes are bounded like the one of
 * AMQP. Event-loop thread.
 */
final class Arrival {

  private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);
  private static final Set<String> WEB_SOCKET_PATHS = Set.of("/", "/amqp");

  private final Edge edge;
  private final SaslMechanisms sasl;
  private final PeerInfo.Transport transport;
  private final NetSocketInternal socket;
  private final ChannelHandlerContext channel;
  private final @Nullable PeerCredentials credentials;
  private final String origin;

  Arrival(Edge edge, SaslMechanisms sasl, PeerInfo.Transport transport, NetSocketInternal socket) {
    this.edge = edge;
    this.sasl = sasl;
    this.transport = transport;
    this.socket = socket;
    this.channel = socket.channelHandlerContext();
    this.credentials =
        transport == PeerInfo.Transport.UNIX
            ? PeerCredentialsReader.read(channel.channel()).orElse(null)
            : null;
    this.origin = credentials == null ? host() : "uid:" + credentials.uid();
  }

  /** Begins, unless there are too many already. */
  void begin() {
    if (!edge.registry.connected(origin)) {
      LOG.info("{}: refused, too many connections", remote());
      PeerInfo peer = new PeerInfo(transport, null, List.of(), remote(), false);
      edge.settings.faults().cutOff(peer, null, "TOO_MANY_CONNECTIONS");
      channel.close();
      return;
    }
    socket.exceptionHandler(
        failed -> LOG.debug("{}: {}", remote(), String.valueOf(failed.getMessage())));
    if (!transport.encrypted() && !transport.webSocket()) {
      connected(List.of());
      return;
    }
    edge.add(this);
    socket.closeHandler(v -> lost());
    if (transport.encrypted()) {
      ServerTls tls = edge.settings.listeners().encrypted().orElseThrow().keys();
      tls.secure(
          channel,
          edge.settings.limits().handshake().tlsMs(),
          certificates -> {
            // A list that came during the handshake has found no connection to close.
            if (tls.isRevoked(certificates)) {
              channel.close();
            } else {
              secured(certificates);
            }
          });
    } else {
      secured(List.of());
    }
  }

  private void secured(List<X509Certificate> certificates) {
    if (transport.webSocket()) {
      WebSocketSettings settings =
          new WebSocketSettings(
              "amqp",
              WEB_SOCKET_PATHS,
              edge.settings.listeners().origins(),
              edge.settings.limits().handshake().headerMs());
      WebSocketUpgrade.expect(
          channel,
          settings,
          transport.encrypted(),
          !certificates.isEmpty(),
          () -> connected(certificates));
    } else {
      connected(certificates);
    }
  }

  private void connected(List<X509Certificate> certificates) {
    edge.remove(this);
    PeerInfo peer =
        new PeerInfo(transport, credentials, certificates, remote(), loopback(), address());
    AmqpConnection connection = new AmqpConnection(edge, channel, socket, peer, origin, sasl);
    socket.messageHandler(
        message -> {
          if (message instanceof ByteBuf bytes) {
            connection.read(bytes);
          } else {
            ReferenceCountUtil.release(message);
          }
        });
    socket.closeHandler(v -> connection.disconnected());
  }

  /** The broker stops. */
  void abort() {
    channel.close();
  }

  /** The socket is gone before AMQP was spoken on it. */
  private void lost() {
    edge.remove(this);
    edge.registry.leftHandshake(origin);
    edge.registry.disconnected();
  }

  private String remote() {
    return credentials == null ? host() : "uid " + credentials.uid() + " pid " + credentials.pid();
  }

  private boolean loopback() {
    return address().map(InetAddress::isLoopbackAddress).orElse(false);
  }

  private Optional<InetAddress> address() {
    return channel.channel().remoteAddress() instanceof InetSocketAddress inet
        ? Optional.ofNullable(inet.getAddress())
        : Optional.empty();
  }

  private String host() {
    return address().map(InetAddress::getHostAddress).orElse("unix");
  }
}
