package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.identity.PeerInfo;
import dev.holdfast.broker.identity.SaslMechanisms;
import dev.holdfast.broker.net.UnixSocketPath;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The AMQP 1.0 server: listeners on TCP, TLS and a Unix socket, connections spread over event
 * loops. Methods may be called from any thread.
 */
public final class AmqpServer {

  private static final int CLOSE_TIMEOUT_MS = 5_000;
  private static final int POLL_MS = 20;
  private static final int BACKLOG = 1_024;
  private static final AtomicInteger ANY_PORT = new AtomicInteger();

  private final Vertx vertx;
  private final AmqpSettings settings;
  private final OwnerInbox inbox;
  private final SaslMechanisms sasl;
  private final Registry registry;
  private final List<Acceptor> acceptors = new CopyOnWriteArrayList<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicReference<@Nullable Promise<Void>> closing = new AtomicReference<>();
  private volatile @Nullable UnixSocketPath socketFile;

  /**
   * Where the server listens.
   *
   * @param transport how
   * @param host address; the path of a Unix socket
   * @param port the actual port, 0 for a Unix socket
   */
  public record Listener(PeerInfo.Transport transport, String host, int port) {}

  private AmqpServer(Vertx vertx, AmqpSettings settings, OwnerInbox inbox, SaslMechanisms sasl) {
    this.vertx = vertx;
    this.settings = settings;
    this.inbox = inbox;
    this.sasl = sasl;
    this.registry = new Registry(settings.limits().connections());
  }

  /**
   * Starts listening. Completes when every listener is bound; fails, and leaves nothing open, when
   * one cannot be.
   *
   * @param inbox of the domain; commands are submitted from event-loop threads
   */
  public static Future<AmqpServer> start(
      Vertx vertx, AmqpSettings settings, OwnerInbox inbox, SaslMechanisms sasl) {
    AmqpServer server = new AmqpServer(vertx, settings, inbox, sasl);
    return server
        .prepareSocket()
        .compose(v -> server.deploy())
        .compose(v -> server.listen())
        .compose(v -> server.secureSocket())
        .map(v -> server)
        .recover(
            failure ->
                server.close().transform(ignored -> Future.<AmqpServer>failedFuture(failure)));
  }

  /** Where it listens: the addresses really bound, in the order TCP, TLS, Unix socket. */
  public List<Listener> listeners() {
    return List.copyOf(listeners);
  }

  /** Connections now, those that are not authenticated included. */
  public int connectionCount() {
    return registry.connections();
  }

  /** Closes the listeners; connections go on. The Unix socket's file is removed. */
  public Future<Void> stopAccepting() {
    acceptors.forEach(Acceptor::stopListening);
    return removeSocketFile();
  }

  /**
   * Ends the server: stops accepting, answers what the domain still answers (at most 2 s), closes
   * every connection with {@code amqp:connection:forced}. Completes when all sockets are closed, at
   * the latest after 5 s; what is left then is dropped. Asking again gives the same future.
   */
  public Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    Promise<Void> before = closing.compareAndExchange(null, closed);
    if (before != null) {
      return before.future();
    }
    stopAccepting()
        .compose(
            v -> {
              acceptors.forEach(Acceptor::shutDown);
              return whenEmpty(CLOSE_TIMEOUT_MS / POLL_MS);
            })
        .compose(v -> undeploy())
        .onComplete(closed);
    return closed.future();
  }

  private Future<Void> whenEmpty(int polls) {
    if (registry.connections() == 0) {
      return Future.succeededFuture();
    }
    if (polls == 0) {
      acceptors.forEach(Acceptor::abort);
      return Future.succeededFuture();
    }
    Promise<Void> later = Promise.promise();
    vertx.setTimer(POLL_MS, t -> whenEmpty(polls - 1).onComplete(later));
    return later.future();
  }

  private Future<Void> undeploy() {
    List<Future<Void>> all = new ArrayList<>();
    acceptors.forEach(acceptor -> all.add(acceptor.undeploy()));
    return Future.join(all).mapEmpty();
  }

  private Future<Void> prepareSocket() {
    Path path = settings.unixSocket().orElse(null);
    if (path == null) {
      return Future.succeededFuture();
    }
    return vertx.executeBlocking(
        () -> {
          socketFile = UnixSocketPath.prepare(path);
          return null;
        });
  }

  private Future<Void> secureSocket() {
    UnixSocketPath file = socketFile;
    if (file == null) {
      return Future.succeededFuture();
    }
    return vertx.executeBlocking(
        () -> {
          file.secure();
          return null;
        });
  }

  private Future<Void> removeSocketFile() {
    UnixSocketPath file = socketFile;
    socketFile = null;
    if (file == null) {
      return Future.succeededFuture();
    }
    return vertx.executeBlocking(
        () -> {
          file.remove();
          return null;
        });
  }

  private Future<Void> deploy() {
    Future<Void> all = Future.succeededFuture();
    for (int i = 0; i < settings.eventLoops(); i++) {
      Acceptor acceptor = new Acceptor(settings, inbox, sasl, registry);
      all =
          all.compose(v -> vertx.deployVerticle((Deployable) acceptor, new DeploymentOptions()))
              .onSuccess(
                  id -> {
                    acceptor.deployedAs(id);
                    acceptors.add(acceptor);
                  })
              .mapEmpty();
    }
    return all;
  }

  private Future<Void> listen() {
    Future<Void> all = Future.succeededFuture();
    if (settings.tcp().isPresent()) {
      AmqpSettings.Endpoint at = settings.tcp().get();
      all = all.compose(v -> listen(PeerInfo.Transport.TCP, at, options()));
    }
    if (settings.tls().isPresent()) {
      AmqpSettings.TlsEndpoint at = settings.tls().get();
      all = all.compose(v -> listen(PeerInfo.Transport.TLS, at.endpoint(), tlsOptions(at)));
    }
    UnixSocketPath file = socketFile;
    if (file != null) {
      Listener wanted = new Listener(PeerInfo.Transport.UNIX, file.path().toString(), 0);
      all = all.compose(v -> listenAll(wanted, options()));
    }
    return all;
  }

  private Future<Void> listen(
      PeerInfo.Transport transport, AmqpSettings.Endpoint at, NetServerOptions options) {
    // Loops share a listener by its number; for "any free port" Vert.x wants a negative one, which
    // must differ between listeners.
    int port = at.port() == 0 ? -ANY_PORT.incrementAndGet() : at.port();
    return listenAll(new Listener(transport, at.host(), port), options);
  }

  private Future<Void> listenAll(Listener wanted, NetServerOptions options) {
    Future<Integer> port = Future.succeededFuture(0);
    for (Acceptor acceptor : acceptors) {
      port = port.compose(before -> acceptor.listen(wanted, options));
    }
    return port.map(
        actual -> {
          listeners.add(new Listener(wanted.transport(), wanted.host(), actual));
          return null;
        });
  }

  private static NetServerOptions options() {
    return new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(BACKLOG);
  }

  private static NetServerOptions tlsOptions(AmqpSettings.TlsEndpoint at) {
    return options()
        .setSsl(true)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
        .setSslHandshakeTimeout(5)
        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertPath(at.certificate().toString())
                .addKeyPath(at.key().toString()));
  }
}
