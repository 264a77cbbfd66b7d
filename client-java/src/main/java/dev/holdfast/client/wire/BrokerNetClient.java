package dev.holdfast.client.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.Future;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects to one {@link Endpoint} whatever address the AMQP library asks for (it knows host and
 * port only), checks who answers on a Unix socket before the first byte goes out, and gathers the
 * library's one flush per frame into one per task of the event loop.
 */
final class BrokerNetClient implements NetClient {
  /** A burst longer than this is written out in parts, so that the peer can start on it. */
  private static final int FLUSH_AFTER_FRAMES = 256;

  private final NetClient delegate;
  private final Endpoint endpoint;

  BrokerNetClient(NetClient delegate, Endpoint endpoint) {
    this.delegate = delegate;
    this.endpoint = endpoint;
  }

  @Override
  public Future<NetSocket> connect(int port, String host) {
    return prepared(target() == null ? delegate.connect(port, host) : connectSocket());
  }

  @Override
  public Future<NetSocket> connect(int port, String host, String serverName) {
    return prepared(target() == null ? delegate.connect(port, host, serverName) : connectSocket());
  }

  @Override
  public Future<NetSocket> connect(SocketAddress remoteAddress) {
    return prepared(delegate.connect(remoteAddress));
  }

  @Override
  public Future<NetSocket> connect(SocketAddress remoteAddress, String serverName) {
    return prepared(delegate.connect(remoteAddress, serverName));
  }

  @Override
  public Future<NetSocket> connect(ConnectOptions connectOptions) {
    return prepared(delegate.connect(connectOptions));
  }

  private @Nullable Path target() {
    return endpoint.socket();
  }

  private Future<NetSocket> connectSocket() {
    return delegate.connect(SocketAddress.domainSocketAddress(String.valueOf(target())));
  }

  private Future<NetSocket> prepared(Future<NetSocket> connecting) {
    return connecting.map(
        socket -> {
          ChannelHandlerContext handler = ((NetSocketInternal) socket).channelHandlerContext();
          Path path = target();
          if (path != null && endpoint.checkServerUid()) {
            try {
              ServerCheck.requireOwner(handler.channel(), path);
            } catch (UntrustedServerException refused) {
              socket.close();
              throw refused;
            }
          }
          handler
              .pipeline()
              .addBefore(
                  handler.name(),
                  "holdfast-flush",
                  new FlushConsolidationHandler(FLUSH_AFTER_FRAMES, true));
          return socket;
        });
  }

  @Override
  public Future<Void> shutdown(long timeout, TimeUnit unit) {
    return delegate.shutdown(timeout, unit);
  }

  @Override
  public Future<Boolean> updateSSLOptions(ClientSSLOptions options, boolean force) {
    return delegate.updateSSLOptions(options, force);
  }

  @Override
  public boolean isMetricsEnabled() {
    return delegate.isMetricsEnabled();
  }
}
