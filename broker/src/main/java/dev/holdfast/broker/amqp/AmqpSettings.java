package dev.holdfast.broker.amqp;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * Where and how the edge listens.
 *
 * @param tcp plain TCP
 * @param tls TLS 1.3 over TCP
 * @param unixSocket path of the Unix socket
 * @param containerId what the broker calls itself in open
 * @param version of the product, told in open
 * @param limits what peers may cost
 * @param eventLoops threads; {@link #defaultEventLoops()}
 * @param clock for what is left of a message's ttl
 */
public record AmqpSettings(
    Optional<Endpoint> tcp,
    Optional<TlsEndpoint> tls,
    Optional<Path> unixSocket,
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
   * An address to listen on with TLS.
   *
   * @param endpoint the address
   * @param certificate PEM file with the chain
   * @param key PEM file with the private key, PKCS#8
   */
  public record TlsEndpoint(Endpoint endpoint, Path certificate, Path key) {}
}
