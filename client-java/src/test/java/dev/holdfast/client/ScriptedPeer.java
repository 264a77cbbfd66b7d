package dev.holdfast.client;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.PfxOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import io.vertx.proton.ProtonServer;
import io.vertx.proton.ProtonServerOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Source;
import org.apache.qpid.proton.message.Message;

/** An AMQP peer that does what a test tells it to. Its state belongs to its one event loop. */
final class ScriptedPeer implements AutoCloseable {
  final List<Message> received = new CopyOnWriteArrayList<>();
  final List<ProtonDelivery> unanswered = new CopyOnWriteArrayList<>();
  final List<DeliveryState> outcomes = new CopyOnWriteArrayList<>();
  final List<Source> sources = new CopyOnWriteArrayList<>();
  final List<ProtonSender> toConsumers = new CopyOnWriteArrayList<>();
  final List<ProtonReceiver> fromProducers = new CopyOnWriteArrayList<>();
  final Map<String, ErrorCondition> refused = new ConcurrentHashMap<>();
  final AtomicInteger renewals = new AtomicInteger();
  final AtomicInteger connections = new AtomicInteger();
  final AtomicInteger logins = new AtomicInteger();

  /** What a message is answered; null leaves it unanswered. */
  volatile Function<Message, DeliveryState> answer = message -> Accepted.getInstance();

  volatile int credit = 1000;
  volatile int maxMessageBytes;
  volatile ErrorCondition refuseOpen;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final List<ProtonConnection> open = new CopyOnWriteArrayList<>();
  private final String password;
  private final Path keys;
  private ProtonServer server;
  private NetServer relay;
  private NetClient relayClient;
  private int port;

  ScriptedPeer() throws Exception {
    this(null);
  }

  /** With a password: PLAIN only, for user "alice". Without: ANONYMOUS. */
  ScriptedPeer(String password) throws Exception {
    this(password, null);
  }

  /** With a key store (PKCS12, password "changeit"): TLS. */
  ScriptedPeer(String password, Path keys) throws Exception {
    this.password = password;
    this.keys = keys;
    listen();
  }

  private void listen() throws Exception {
    ProtonServerOptions options = new ProtonServerOptions().setHeartbeat(10_000);
    if (keys != null) {
      options
          .setSsl(true)
          .setKeyCertOptions(new PfxOptions().setPath(keys.toString()).setPassword("changeit"));
    }
    server = ProtonServer.create(vertx, options);
    server.saslAuthenticatorFactory(() -> new ScriptedSasl(password, logins));
    server.connectHandler(this::connected);
    server.listen(port, "127.0.0.1", result -> port = result.result().actualPort());
    org.awaitility.Awaitility.await().until(() -> port > 0);
  }

  String uri() {
    return "amqp://127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  /** Listens on a Unix socket too, relaying to the TCP port. */
  String listenOn(Path socket) throws Exception {
    relayClient = vertx.createNetClient();
    relay = vertx.createNetServer();
    relay.connectHandler(
        from -> {
          from.pause();
          relayClient
              .connect(port, "127.0.0.1")
              .onSuccess(
                  to -> {
                    from.pipeTo(to);
                    to.pipeTo(from);
                  });
        });
    relay
        .listen(SocketAddress.domainSocketAddress(socket.toString()))
        .toCompletionStage()
        .toCompletableFuture()
        .get(5, TimeUnit.SECONDS);
    return "unix://" + socket;
  }

  private void connected(ProtonConnection connection) {
    connections.incrementAndGet();
    connection.openHandler(
        ignored -> {
          connection.setContainer("scripted").open();
          if (refuseOpen != null) {
            connection.setCondition(refuseOpen).close();
          } else {
            open.add(connection);
          }
        });
    connection.closeHandler(ignored -> connection.close());
    connection.disconnectHandler(open::remove);
    connection.sessionOpenHandler(session -> session.open());
    connection.receiverOpenHandler(this::producerAttached);
    connection.senderOpenHandler(this::consumerAttached);
  }

  private void producerAttached(ProtonReceiver link) {
    String address = link.getRemoteTarget().getAddress();
    ErrorCondition refusal = refused.get(address);
    if (refusal != null) {
      link.setTarget(null);
      link.open();
      link.setCondition(refusal).close();
      return;
    }
    link.setTarget(link.getRemoteTarget()).setSource(link.getRemoteSource());
    if (maxMessageBytes > 0) {
      link.setMaxMessageSize(UnsignedLong.valueOf(maxMessageBytes));
    }
    link.setAutoAccept(false).setPrefetch(0);
    link.handler(
        (delivery, message) -> {
          received.add(message);
          DeliveryState state = answer.apply(message);
          if (state == null) {
            unanswered.add(delivery);
          } else {
            delivery.disposition(state, true);
          }
          if (credit > 0) {
            link.flow(1);
          }
        });
    link.closeHandler(ignored -> link.close());
    link.open();
    fromProducers.add(link);
    if (credit > 0) {
      link.flow(credit);
    }
  }

  private void consumerAttached(ProtonSender link) {
    String address = link.getRemoteSource().getAddress();
    ErrorCondition refusal = refused.get(address);
    if (refusal != null) {
      link.setSource(null);
      link.open();
      link.setCondition(refusal).close();
      return;
    }
    sources.add(link.getRemoteSource());
    link.setSource(link.getRemoteSource()).setTarget(link.getRemoteTarget());
    link.closeHandler(
        ignored -> {
          toConsumers.remove(link);
          link.close();
        });
    link.open();
    toConsumers.add(link);
  }

  /** Sends a message to the newest consumer. */
  void deliver(Message message) throws Exception {
    onLoop(
        () ->
            toConsumers
                .get(toConsumers.size() - 1)
                .send(
                    message,
                    delivery -> {
                      if (delivery.getRemoteState() instanceof Received) {
                        renewals.incrementAndGet();
                      } else {
                        outcomes.add(delivery.getRemoteState());
                      }
                    }));
  }

  /** Cuts every connection without a word. */
  void cut() throws Exception {
    onLoop(
        () -> {
          List<ProtonConnection> all = new ArrayList<>(open);
          open.clear();
          toConsumers.clear();
          fromProducers.clear();
          all.forEach(ProtonConnection::disconnect);
        });
  }

  /** Stops listening and cuts everything. */
  void down() throws Exception {
    cut();
    server.close();
    server = null;
  }

  /** Listens again on the same port. */
  void up() throws Exception {
    listen();
  }

  void onLoop(Runnable task) throws Exception {
    vertx
        .<Void>executeBlocking(() -> null)
        .toCompletionStage()
        .toCompletableFuture()
        .get(5, TimeUnit.SECONDS);
    java.util.concurrent.CompletableFuture<Void> done =
        new java.util.concurrent.CompletableFuture<>();
    vertx.runOnContext(
        ignored -> {
          try {
            task.run();
            done.complete(null);
          } catch (RuntimeException failed) {
            done.completeExceptionally(failed);
          }
        });
    done.get(5, TimeUnit.SECONDS);
  }

  static ErrorCondition error(String condition, String description) {
    return new ErrorCondition(Symbol.valueOf(condition), description);
  }

  @Override
  public void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
