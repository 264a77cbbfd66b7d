package dev.holdfast.client.wire;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a broker listens.
 *
 * @param host host name or address; "localhost" for a Unix socket
 * @param port TCP port; 0 for a Unix socket
 * @param tls whether TLS is spoken from the first byte
 * @param socket the Unix socket's file; null for TCP
 * @param checkServerUid whether the Unix socket's server must be the owner of its directory
 */
public record Endpoint(
    String host, int port, boolean tls, @Nullable Path socket, boolean checkServerUid) {

  /** As an address to show: scheme, host and port, or the socket's path. */
  public String display() {
    if (socket != null) {
      return "unix://" + socket;
    }
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return (tls ? "amqps://" : "amqp://") + shown + ":" + port;
  }
}
