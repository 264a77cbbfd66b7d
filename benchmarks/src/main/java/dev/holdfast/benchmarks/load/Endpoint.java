package dev.holdfast.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.apache.qpid.proton.engine.Sasl;
import org.jspecify.annotations.Nullable;

/**
 * Where the broker listens and who calls.
 *
 * @param socket a Unix socket, or null for TCP to {@code host} and {@code port}
 * @param host name or address
 * @param port TCP port
 * @param user for SASL PLAIN; null means the peer needs no password
 * @param password for SASL PLAIN
 */
record Endpoint(
    @Nullable Path socket,
    String host,
    int port,
    @Nullable String user,
    @Nullable String password) {

  /** Connects, blocking; the caller owns the channel. */
  SocketChannel connect() throws IOException {
    if (socket == null) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.connect(new InetSocketAddress(host, port));
      return channel;
    }
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    return channel;
  }

  /** Chooses the mechanism: PLAIN with a user, EXTERNAL on a Unix socket, else ANONYMOUS. */
  void authenticate(Sasl sasl) {
    sasl.client();
    if (user != null) {
      sasl.plain(user, password == null ? "" : password);
    } else if (socket != null) {
      sasl.setMechanisms("EXTERNAL");
      sasl.send(new byte[0], 0, 0);
    } else {
      sasl.setMechanisms("ANONYMOUS");
    }
  }

  @Override
  public String toString() {
    return socket == null ? host + ":" + port : "unix:" + socket;
  }
}
