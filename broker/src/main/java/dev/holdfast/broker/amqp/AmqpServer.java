package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.PartSource;
import dev.holdfast.broker.identity.PeerInfo;
import dev.holdfast.broker.identity.SaslMechanisms;
import dev.holdfast.broker.net.UnixSocketPath;
import dev.holdfast.broker.tls.ServerTls;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServerOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The AMQP 1.0 server: listeners on TCP, WebSocket, both over TLS, and a Unix socket, connections
 * spread over event loops. Methods may be called from any thread.
 */
public final class AmqpServer {

  private static final int CLOSE_TIMEOUT_MS = 5_000;
  private static final int POLL_MS = 20;
  private static final int BACKLOG = 1_024;
  private static final int TLS_FILES_MS = 1_000;
  private static final int IDENTITIES_MS = 500;
  private static final AtomicInteger ANY_PORT = new AtomicInteger();

  private final Vertx vertx;
  private final AmqpSettings settings;
  private final OwnerInbox inbox;
  private final SaslMechanisms sasl;
  private final Registry registry;
  private final PartReader parts;
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

  private AmqpServer(
      Vertx vertx, AmqpSettings settings, OwnerInbox inbox, SaslMechanisms sasl, PartSource parts) {
    this.parts = new PartReader(parts);
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
   * @param parts where large messages are read from
   */
  public static Future<AmqpServer> start(
      Vertx vertx, AmqpSettings settings, OwnerInbox inbox, SaslMechanisms sasl, PartSource parts) {
    AmqpServer server = new AmqpServer(vertx, settings, inbox, sasl, parts);
    return server
        .prepareSocket()
        .compose(v -> server.deploy())
        .compose(v -> server.listen())
        .compose(v -> server.secureSocket())
        .onSuccess(v -> server.watchTlsFiles())
        .onSuccess(v -> server.watchIdentities())
        .map(v -> server)
        .recover(
            failure ->
                server.close().transform(ignored -> Future.<AmqpServer>failedFuture(failure)));
  }

  /** Where it listens: the addresses really bound, in the order of {@link PeerInfo.Transport}. */
  public List<Listener> listeners() {
    return List.copyOf(listeners);
  }

  /** Connections now, those that are not authenticated included. */
  public int connectionCount() {
    return registry.connections();
  }

  /** What all connections do, by their age. Completes on an event loop. */
  public CompletionStage<List<ConnectionInfo>> report() {
    return askAll(Edge::report)
        .thenApply(
            all ->
                all.stream()
                    .flatMap(List::stream)
                    .sorted(Comparator.comparingLong(ConnectionInfo::sinceMs))
                    .toList());
  }

  /**
   * Closes a connection with {@code amqp:connection:forced}. Completes on an event loop; false when
   * there is none with this id.
   *
   * @param reason told to the peer; may be empty
   */
  public CompletionStage<Boolean> close(String id, String reason) {
    return askAll(edge -> edge.close(id, reason)).thenApply(all -> all.contains(true));
  }

  private <T> CompletionStage<List<T>> askAll(Function<Edge, T> question) {
    CompletionStage<List<T>> all = CompletableFuture.completedStage(new ArrayList<>());
    for (Acceptor acceptor : acceptors) {
      all =
          all.thenCombine(
              acceptor.ask(question),
              (answers, one) -> {
                answers.add(one);
                return answers;
              });
    }
    return all;
  }

  /** Whether connections that are opened from now on are ended at once; others go on. */
  public void refuseConnections(boolean refuse) {
    registry.drain(refuse);
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
        .compose(v -> closeParts())
        .onComplete(closed);
    return closed.future();
  }

  private Future<Void> closeParts() {
    return vertx
        .executeBlocking(
            () -> {
              parts.close();
              return parts;
            })
        .mapEmpty();
  }

  private void watchTlsFiles() {
    settings.listeners().encrypted().map(AmqpSettings.Encrypted::keys).ifPresent(this::watch);
  }

  /** Tokens end while their connections live. */
  private void watchIdentities() {
    vertx.setPeriodic(
        IDENTITIES_MS,
        timer -> {
          if (closing.get() == null) {
            acceptors.forEach(Acceptor::checkIdentities);
          } else {
            vertx.cancelTimer(timer);
          }
        });
  }

  /** Files are looked at on a worker: a slow disk must hold nobody up. */
  private void watch(ServerTls tls) {
    AtomicBoolean looking = new AtomicBoolean();
    vertx.setPeriodic(
        TLS_FILES_MS,
        timer -> {
          if (closing.get() != null) {
            vertx.cancelTimer(timer);
          } else if (looking.compareAndSet(false, true)) {
            vertx
                .executeBlocking(tls::poll)
                .onSuccess(
                    changed -> {
                      if (changed) {
                        acceptors.forEach(acceptor -> acceptor.closeRevoked(tls));
                      }
                    })
                .onComplete(done -> looking.set(false));
          }
        });
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
    Path path = settings.listeners().unixSocket().orElse(null);
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
      Acceptor acceptor = new Acceptor(settings, inbox, sasl, registry, parts);
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
    AmqpSettings.Listeners at = settings.listeners();
    Optional<AmqpSettings.Encrypted> encrypted = at.encrypted();
    Future<Void> all =
        listen(PeerInfo.Transport.TCP, at.tcp())
            .compose(
                v -> listen(PeerInfo.Transport.TLS, encrypted.flatMap(AmqpSettings.Encrypted::tcp)))
            .compose(v -> listen(PeerInfo.Transport.WEBSOCKET, at.webSocket()))
            .compose(
                v ->
                    listen(
                        PeerInfo.Transport.WEBSOCKET_TLS,
                        encrypted.flatMap(AmqpSettings.Encrypted::webSocket)));
    UnixSocketPath file = socketFile;
    return file == null
        ? all
        : all.compose(
            v -> listenAll(new Listener(PeerInfo.Transport.UNIX, file.path().toString(), 0)));
  }

  private Future<Void> listen(
      PeerInfo.Transport transport, Optional<AmqpSettings.Endpoint> wanted) {
    if (wanted.isEmpty()) {
      return Future.succeededFuture();
    }
    AmqpSettings.Endpoint at = wanted.get();
    // Loops share a listener by its number; for "any free port" Vert.x wants a negative one, which
    // must differ between listeners.
    int port = at.port() == 0 ? -ANY_PORT.incrementAndGet() : at.port();
    return listenAll(new Listener(transport, at.host(), port));
  }

  private Future<Void> listenAll(Listener wanted) {
    NetServerOptions options = new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(BACKLOG);
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
}
