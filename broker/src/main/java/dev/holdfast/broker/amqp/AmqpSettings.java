package dev.holdfast.broker.amqp;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.identity.PeerInfo;
import dev.holdfast.broker.tls.ServerTls;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where and how the edge listens.
 *
 * @param listeners where
 * @param containerId what the broker calls itself in open
 * @param version of the product, told in open
 * @param limits what peers may cost
 * @param eventLoops threads; {@link #defaultEventLoops()}
 * @param clock for what is left of a message's ttl
 * @param faults told when a peer is cut off by a limit or a fault of its own
 */
public record AmqpSettings(
    Listeners listeners,
    String containerId,
    String version,
    AmqpLimits limits,
    int eventLoops,
    Clock clock,
    FaultReport faults) {

  /** With nobody to tell about faults. */
  public AmqpSettings(
      Listeners listeners,
      String containerId,
      String version,
      AmqpLimits limits,
      int eventLoops,
      Clock clock) {
    this(listeners, containerId, version, limits, eventLoops, clock, (peer, who, what) -> {});
  }

  /** Takes what peers are cut off for. Event-loop threads; must not block. */
  public interface FaultReport {
    /**
     * A connection is ended or refused.
     *
     * @param principal null before it is authenticated
     * @param what a stable word
     */
    void cutOff(PeerInfo peer, @Nullable Principal principal, String what);

    /** A link is attached, or gone. */
    default void link(PeerInfo peer, Principal principal, LinkFacts facts) {
      // Who only asks for faults hears of nothing else.
    }

    /**
     * An authenticated connection is gone.
     *
     * @param connection as links name it
     */
    default void closed(PeerInfo peer, Principal principal, String connection) {
      // Who only asks for faults hears of nothing else.
    }
  }

  /**
   * A link.
   *
   * @param connection unique while the broker runs
   * @param attached false: it is gone
   * @param operation {@code send}, {@code receive}, {@code browse} or {@code transact}
   * @param address as it was asked for; empty: the anonymous terminus, or a temporary node
   */
  public record LinkFacts(String connection, boolean attached, String operation, String address) {}

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
