package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.wire.ClientLoop;
import io.vertx.amqp.AmqpConnection;
import io.vertx.proton.ProtonConnection;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one connection open and tells the links when it comes and goes.
 *
 * <ol>
 *   <li>A link hears {@code connected} and {@code disconnected} in turn, and after {@code failed}
 *       nothing more.
 *   <li>A login refused five times in a row is not tried a sixth time.
 *   <li>The pauses start small again only after a connection has lasted {@link #STABLE}.
 * </ol>
 *
 * <p>Runs on the event loop but for {@link #state}.
 */
final class Supervisor {
  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
  private static final int MAX_REFUSED_LOGINS = 5;
  private static final Duration STABLE = Duration.ofSeconds(10);

  /** What hangs on the connection. */
  interface Link {
    void connected(ProtonConnection connection);

    void disconnected(HoldfastException cause);

    void failed(HoldfastException cause);
  }

  private final ClientLoop loop;
  private final ClientOptions options;
  private final Connector connector;
  private final Consumer<StateChange> listener;
  private final CompletableFuture<Void> firstConnect = new CompletableFuture<>();
  private volatile ConnectionState state = ConnectionState.CONNECTING;

  // Owned by the event loop.
  private final Set<Link> links = new LinkedHashSet<>();
  private @Nullable AmqpConnection amqp;
  private @Nullable ProtonConnection connection;
  private @Nullable HoldfastException failure;
  private int attempts;
  private int refusedLogins;
  private boolean firstConnectOver;

  Supervisor(
      ClientLoop loop, ClientOptions options, Connector connector, Consumer<StateChange> listener) {
    this.loop = loop;
    this.options = options;
    this.connector = connector;
    this.listener = listener;
  }

  ConnectionState state() {
    return state;
  }

  /** Starts connecting; the future tells of the first connection. */
  CompletableFuture<Void> start() {
    Duration patience = options.timeouts().firstConnect();
    loop.execute(
        () -> {
          if (patience.isZero()) {
            firstConnectOver = true;
          } else {
            loop.schedule(patience, () -> firstConnectOver = true);
          }
          attempt();
        });
    return firstConnect;
  }

  /** Takes a link in; it is told at once when the connection is open. */
  void add(Link link) {
    HoldfastException over = failure;
    if (over != null) {
      link.failed(over);
      return;
    }
    links.add(link);
    ProtonConnection open = connection;
    if (open != null) {
      link.connected(open);
    }
  }

  void remove(Link link) {
    links.remove(link);
  }

  private void attempt() {
    if (failure == null) {
      connector.connect(this::attempted);
    }
  }

  private void attempted(@Nullable AmqpConnection made, @Nullable HoldfastException problem) {
    if (failure != null) {
      return;
    }
    ProtonConnection open = made == null ? null : made.unwrap();
    if (made == null || open == null) {
      tryAgain(problem != null ? problem : Failures.ofConnection(null, connector.server()));
      return;
    }
    amqp = made;
    connection = open;
    made.closeFuture().onComplete(ignored -> lost(made, open));
    if (connection == null) {
      return;
    }
    loop.schedule(
        STABLE,
        () -> {
          if (amqp == made) {
            attempts = 0;
            refusedLogins = 0;
          }
        });
    change(ConnectionState.CONNECTED, null);
    firstConnect.complete(null);
    List.copyOf(links).forEach(link -> link.connected(open));
  }

  private void lost(AmqpConnection which, ProtonConnection open) {
    if (amqp != which || failure != null) {
      return;
    }
    amqp = null;
    connection = null;
    HoldfastException cause = Failures.ofConnection(open.getRemoteCondition(), connector.server());
    List.copyOf(links).forEach(link -> link.disconnected(cause));
    tryAgain(cause);
  }

  private void tryAgain(HoldfastException cause) {
    boolean refused =
        cause.reason() == Reason.AUTHENTICATION_FAILED || cause.reason() == Reason.UNTRUSTED_SERVER;
    refusedLogins += refused ? 1 : 0;
    boolean first = !firstConnect.isDone();
    boolean giveUp =
        first
            ? refused || firstConnectOver
            : refusedLogins >= MAX_REFUSED_LOGINS || attempts >= options.reconnect().attempts();
    if (giveUp) {
      // The first connection's failure is thrown at whoever made it; nobody waits for a later one.
      if (!first) {
        LOG.warn("giving up after {} attempts: {}", attempts + 1, cause.getMessage());
      }
      fail(cause, ConnectionState.FAILED);
      return;
    }
    Duration pause = options.reconnect().backoff().before(attempts++);
    LOG.info("{}; next attempt in {} ms", cause.getMessage(), pause.toMillis());
    change(first ? ConnectionState.CONNECTING : ConnectionState.RECONNECTING, cause);
    loop.schedule(pause, this::attempt);
  }

  private void fail(HoldfastException cause, ConnectionState end) {
    failure = cause;
    connector.cut();
    change(end, end == ConnectionState.CLOSED ? null : cause);
    List.copyOf(links).forEach(link -> link.failed(cause));
    links.clear();
    firstConnect.completeExceptionally(cause);
  }

  private void change(ConnectionState now, @Nullable HoldfastException cause) {
    if (state != now) {
      state = now;
      listener.accept(new StateChange(now, cause));
    }
  }

  /** Ends everything; the future completes when the peer has answered the close, or cannot. */
  CompletableFuture<Void> close() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    boolean runs =
        loop.execute(
            () -> {
              AmqpConnection open = amqp;
              if (open == null || failure != null) {
                end(closed);
                return;
              }
              amqp = null;
              loop.schedule(options.timeouts().connect(), () -> end(closed));
              open.close().onComplete(ignored -> end(closed));
            });
    if (!runs) {
      closed.complete(null);
    }
    return closed;
  }

  private void end(CompletableFuture<Void> closed) {
    if (failure == null) {
      fail(
          new HoldfastException(Reason.CLOSED, connector.server() + ": the client is closed"),
          ConnectionState.CLOSED);
    } else {
      change(ConnectionState.CLOSED, null);
    }
    closed.complete(null);
  }
}
