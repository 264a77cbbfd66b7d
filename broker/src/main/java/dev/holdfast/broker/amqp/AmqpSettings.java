package dev.holdfast.broker.amqp;

import dev.holdfast.broker.tls.ServerTls;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/**
 * Where and how the edge listens.
 *
 * @param listeners where
 * @param containerId what the broker calls itself in open
 * @param version of the product, told in open
 * @param limits what peers may cost
 * @param eventLoops threads; {@link #defaultEventLoops()}
 * @param clock for what is left of a message's ttl
 */
public record AmqpSettings(
    Listeners listeners,
    String containerId,
    String version,
    AmqpLimits limits,
    int eventLoops,
    Clock clock) {

  /** One loop up to three cores, else half as many as cores: the owner and fsync need the rest. */
  public static int defaultEventLoops() {
    int cores = Runtime.getRuntime().availableProcessors();
    return cores <= 3 ? 1 : cores / 2;
  }

  /**
   * An address to listen on.
   *
   * @param host name or address
   * @param port 0: any free one
   */
  public record Endpoint(String host, int port) {}

  /**
   * Where to listen.
   *
   * @param tcp AMQP over TCP
   * @param webSocket AMQP over WebSocket
   * @param encrypted both over TLS
   * @param unixSocket path of the Unix socket
   * @param origins of the pages that browsers may connect from over a WebSocket
   */
  public record Listeners(
      Optional<Endpoint> tcp,
      Optional<Endpoint> webSocket,
      Optional<Encrypted> encrypted,
      Optional<Path> unixSocket,
      Set<String> origins) {}

  /**
   * Where to listen with TLS.
   *
   * @param keys and certificates
   * @param tcp AMQP over TLS
   * @param webSocket AMQP over WebSocket over TLS
   */
  public record Encrypted(ServerTls keys, Optional<Endpoint> tcp, Optional<Endpoint> webSocket) {}
}
