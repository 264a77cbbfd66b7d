package dev.holdfast.broker;

import dev.holdfast.broker.amqp.AmqpServer;
import dev.holdfast.broker.amqp.ConnectionInfo;
import dev.holdfast.broker.config.BrokerConfig;
import dev.holdfast.broker.config.HostPort;
import dev.holdfast.broker.config.LiveConfig;
import dev.holdfast.broker.limits.LimitTable;
import dev.holdfast.broker.management.BrokerView;
import dev.holdfast.broker.management.Finding;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreHealth;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What management shows of a broker. Filled while it starts, read by any thread. */
final class RunningView implements BrokerView {
  private final BrokerConfig config;
  private final Clock clock;

  private volatile @Nullable LiveConfig live;
  private volatile @Nullable MessageStore store;
  private volatile @Nullable AmqpServer amqp;
  private volatile @Nullable Checkup checkup;
  private volatile @Nullable Instant readySince;
  private volatile String notReady = "the broker is starting";

  RunningView(BrokerConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  void configuration(LiveConfig configuration) {
    live = configuration;
  }

  /** What principals may use now. */
  LimitTable limits() {
    LiveConfig current = live;
    return current == null ? config.limits() : current.limits();
  }

  void store(MessageStore opened) {
    store = opened;
  }

  void amqp(AmqpServer started) {
    amqp = started;
  }

  void checkup(Checkup ofSurroundings) {
    checkup = ofSurroundings;
  }

  void ready() {
    readySince = clock.instant();
    notReady = "";
  }

  void failed(String reason) {
    notReady = reason;
  }

  @Override
  public Facts facts() {
    return new Facts(
        Assembly.version(),
        ProcessHandle.current().pid(),
        config.dataDirectory().toAbsolutePath().toString(),
        listeners());
  }

  private List<Listener> listeners() {
    List<Listener> listeners = new ArrayList<>();
    AmqpServer server = amqp;
    if (server != null) {
      for (AmqpServer.Listener at : server.listeners()) {
        listeners.add(
            switch (at.transport()) {
              case TCP -> new Listener("amqp", new HostPort(at.host(), at.port()).toString());
              case TLS -> new Listener("amqps", new HostPort(at.host(), at.port()).toString());
              case WEBSOCKET ->
                  new Listener("amqpws", new HostPort(at.host(), at.port()).toString());
              case WEBSOCKET_TLS ->
                  new Listener("amqpwss", new HostPort(at.host(), at.port()).toString());
              case UNIX -> new Listener("amqp+unix", at.host());
            });
      }
    }
    listeners.add(new Listener("http+unix", config.adminSocket().toAbsolutePath().toString()));
    return listeners;
  }

  @Override
  public long uptimeSeconds() {
    Instant since = readySince;
    return since == null ? 0 : Math.max(0, Duration.between(since, clock.instant()).toSeconds());
  }

  @Override
  public StoreHealth store() {
    MessageStore opened = store;
    return opened == null ? new StoreHealth(false, notReady, 0, 0, 0) : opened.health();
  }

  @Override
  public int connections() {
    AmqpServer server = amqp;
    return server == null ? 0 : server.connectionCount();
  }

  @Override
  public CompletionStage<List<ConnectionInfo>> connectionReport() {
    AmqpServer server = amqp;
    return server == null ? CompletableFuture.completedStage(List.of()) : server.report();
  }

  @Override
  public CompletionStage<Boolean> closeConnection(String id, String reason) {
    AmqpServer server = amqp;
    return server == null ? CompletableFuture.completedStage(false) : server.close(id, reason);
  }

  @Override
  public Optional<LiveConfig> configuration() {
    return Optional.ofNullable(live);
  }

  @Override
  public List<Finding> examine() {
    Checkup current = checkup;
    return current == null ? List.of() : current.examine();
  }

  @Override
  public String notReady() {
    return notReady;
  }
}
