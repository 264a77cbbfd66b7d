package dev.holdfast.broker.amqp;

import dev.holdfast.broker.identity.PeerInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A server over the fake domain, for tests. */
final class EdgeFixture implements AutoCloseable {

  static final AmqpSettings.Endpoint ANY = new AmqpSettings.Endpoint("127.0.0.1", 0);

  final Vertx vertx =
      Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2));
  final FakeDomain domain = new FakeDomain();
  final FakeSasl sasl = new FakeSasl();
  final AmqpServer server;

  EdgeFixture(AmqpLimits limits) throws Exception {
    this(limits, 1, Optional.empty());
  }

  EdgeFixture(AmqpLimits limits, int loops, Optional<Path> socket) throws Exception {
    this(
        limits,
        loops,
        new AmqpSettings.Listeners(
            Optional.of(ANY), Optional.empty(), Optional.empty(), socket, Set.of()));
  }

  EdgeFixture(AmqpLimits limits, int loops, AmqpSettings.Listeners listeners) throws Exception {
    AmqpSettings settings =
        new AmqpSettings(listeners, "broker-1", "test", limits, loops, Clock.systemUTC());
    server = await(AmqpServer.start(vertx, settings, domain, sasl, domain.parts));
  }

  int port() {
    return server.listeners().get(0).port();
  }

  int port(PeerInfo.Transport transport) {
    return server.listeners().stream()
        .filter(l -> l.transport() == transport)
        .findFirst()
        .orElseThrow()
        .port();
  }

  RawPeer peer() throws Exception {
    return new RawPeer(port());
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    await(server.close());
    await(vertx.close());
    domain.close();
  }
}
