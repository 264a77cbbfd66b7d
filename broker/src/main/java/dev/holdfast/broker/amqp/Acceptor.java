package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.identity.PeerInfo;
import dev.holdfast.broker.identity.SaslMechanisms;
import dev.holdfast.broker.tls.ServerTls;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One event loop that accepts connections and keeps them. Listening and shutting down may be asked
 * for from any thread; connections belong to the event loop.
 */
final class Acceptor implements Deployable {

  private final AmqpSettings settings;
  private final OwnerInbox inbox;
  private final SaslMechanisms sasl;
  private final Registry registry;
  private final PartReader parts;
  private final List<NetServer> servers = new CopyOnWriteArrayList<>();

  // Set once by deploy(), before anything listens.
  private volatile @Nullable ContextInternal context;
  private volatile @Nullable Edge edge;
  private volatile String deployment = "";
  private volatile boolean stopping;

  Acceptor(
      AmqpSettings settings,
      OwnerInbox inbox,
      SaslMechanisms sasl,
      Registry registry,
      PartReader parts) {
    this.parts = parts;
    this.settings = settings;
    this.inbox = inbox;
    this.sasl = sasl;
    this.registry = registry;
  }

  @Override
  public Future<?> deploy(Context deployed) {
    ContextInternal own = (ContextInternal) deployed;
    Edge made = new Edge(own.nettyEventLoop(), inbox, registry, settings, parts);
    context = own;
    edge = made;
    own.owner().setPeriodic(Ticks.PERIOD_MS, t -> made.tick());
    return Future.succeededFuture();
  }

  void deployedAs(String id) {
    deployment = id;
  }

  Future<Void> undeploy() {
    return Objects.requireNonNull(context).owner().undeploy(deployment);
  }

  /** Binds; completes with the actual port. */
  Future<Integer> listen(AmqpServer.Listener wanted, NetServerOptions options) {
    ContextInternal own = Objects.requireNonNull(context);
    boolean unix = wanted.transport() == PeerInfo.Transport.UNIX;
    Promise<Integer> bound = Promise.promise();
    own.runOnContext(
        v -> {
          NetServer server = own.owner().createNetServer(options);
          server.connectHandler(socket -> accept(wanted.transport(), socket));
          Future<NetServer> listening =
              unix
                  ? server.listen(SocketAddress.domainSocketAddress(wanted.host()))
                  : server.listen(wanted.port(), wanted.host());
          listening
              .onSuccess(servers::add)
              .map(ready -> unix ? 0 : ready.actualPort())
              .onComplete(bound);
        });
    return bound.future();
  }

  /**
   * No more connections. The listening sockets close at once; Vert.x' future would wait for the
   * connections too, which is somebody else's decision.
   */
  void stopListening() {
    stopping = true;
    servers.forEach(server -> server.shutdown(1, TimeUnit.HOURS));
    servers.clear();
  }

  void shutDown() {
    onLoop(Edge::shutDown);
  }

  void abort() {
    onLoop(Edge::abort);
  }

  /** Closes connections whose client's certificate is revoked by now. */
  void closeRevoked(ServerTls tls) {
    onLoop(made -> made.closeRevoked(tls));
  }

  /** Freezes or closes connections whose identity is not good any more. */
  void checkIdentities() {
    onLoop(Edge::checkIdentities);
  }

  /** Asks its event loop; fails when it has none any more. */
  <T> CompletionStage<T> ask(Function<Edge, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      onLoop(
          made -> {
            try {
              answer.complete(question.apply(made));
            } catch (RuntimeException e) {
              answer.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException stopped) {
      answer.completeExceptionally(stopped);
    }
    return answer;
  }

  private void onLoop(Consumer<Edge> work) {
    Edge made = edge;
    if (made != null) {
      made.thread.execute(() -> work.accept(made));
    }
  }

  private void accept(PeerInfo.Transport transport, NetSocket socket) {
    NetSocketInternal internal = (NetSocketInternal) socket;
    if (stopping) {
      internal.channelHandlerContext().close();
    } else {
      new Arrival(Objects.requireNonNull(edge), sasl, transport, internal).begin();
    }
  }
}
