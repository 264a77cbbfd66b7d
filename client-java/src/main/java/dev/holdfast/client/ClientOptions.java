package dev.holdfast.client;

import dev.holdfast.client.wire.Backoff;
import dev.holdfast.client.wire.Endpoint;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to connect; made by {@link HoldfastBuilder}.
 *
 * @param login name and password; null: none (Unix socket, anonymous)
 * @param trustPem certificates to trust in PEM form; null: the JVM's
 */
record ClientOptions(
    Endpoint endpoint,
    String containerId,
    @Nullable Login login,
    byte @Nullable [] trustPem,
    Timeouts timeouts,
    Reconnect reconnect) {

  /** Name and password for SASL PLAIN. */
  record Login(String user, String password) {}

  /**
   * How long to wait.
   *
   * @param connect one attempt to connect, or to attach a link
   * @param close for what is in progress when closing
   * @param firstConnect how long the first connection is tried again; zero: one attempt
   */
  record Timeouts(Duration connect, Duration close, Duration firstConnect) {}

  /**
   * How to come back.
   *
   * @param attempts in a row before giving up
   * @param backoff pauses between them
   */
  record Reconnect(int attempts, Backoff backoff) {}
}
