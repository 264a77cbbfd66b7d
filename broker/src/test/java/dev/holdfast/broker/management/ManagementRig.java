package dev.holdfast.broker.management;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.rules.RulesException;
import dev.holdfast.broker.access.AccessRules;
import dev.holdfast.broker.access.RuleFile;
import dev.holdfast.broker.access.SignalFile;
import dev.holdfast.broker.amqp.ConnectionInfo;
import dev.holdfast.broker.amqp.filter.WireFilterCodec;
import dev.holdfast.broker.audit.AuditLog;
import dev.holdfast.broker.audit.TestAudit;
import dev.holdfast.broker.config.ConfigException;
import dev.holdfast.broker.config.LiveConfig;
import dev.holdfast.broker.config.Surroundings;
import dev.holdfast.broker.domain.owner.DomainSettings;
import dev.holdfast.broker.domain.owner.OwnerLoop;
import dev.holdfast.broker.identity.PeerPrincipals;
import dev.holdfast.broker.identity.UserStore;
import dev.holdfast.broker.identity.token.TokenService;
import dev.holdfast.broker.limits.LimitTable;
import dev.holdfast.broker.metrics.BrokerMetrics;
import dev.holdfast.broker.net.UnixSocketPath;
import dev.holdfast.storage.FaultyMessageStore;
import dev.holdfast.storage.StoreHealth;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A management server over nodes that are made up and topics that are real. */
final class ManagementRig implements AutoCloseable {
  final FakeNodes nodes = new FakeNodes();
  final UserStore users;
  final AuditLog audit;
  HttpOverUnix http;
  volatile String notReady = "";
  volatile StoreHealth store = new StoreHealth(true, "", 100, 10, 50);
  final List<ConnectionInfo> connections = new CopyOnWriteArrayList<>();
  final Path toml;
  private volatile LiveConfig live;
  volatile String closedBecause = "";
  private final Path directory;
  final OwnerLoop owner =
      new OwnerLoop(
          FaultyMessageStore.create(),
          DomainSettings.defaults(),
          AccessPolicy.adminOnly(),
          new WireFilterCodec(),
          InstantSource.system(),
          failure -> {});
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private AdminServer server;

  ManagementRig(Path directory) throws Exception {
    this.directory = directory;
    toml = Files.writeString(directory.resolve("holdfast.toml"), "[limits]\nlinks = 7\n");
    users = UserStore.open(directory.resolve("users"), InstantSource.system());
    audit = TestAudit.open(directory.resolve("audit"));
    owner.start();
    serve("admin.sock", ownUid());
  }

  /** In force now. */
  LimitTable limits() {
    return live.limits();
  }

  static long ownUid() throws Exception {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  ManagementServices services(long adminUid) {
    return new ManagementServices(
        nodes,
        owner.topicAdmin(),
        owner.deadLetterAdmin(),
        owner.templateAdmin(),
        owner.idempotencyAdmin(),
        (blob, part) -> null,
        users,
        TokenService.open(
            directory.resolve("tokens"),
            directory.resolve("issuers"),
            new byte[32],
            "rig",
            InstantSource.system()),
        AccessPolicy.adminOnly(),
        rules(),
        new PeerPrincipals(adminUid, Set.of()),
        new View(),
        new ManagementServices.Audit(audit, directory.resolve("audit")),
        owner.statistics(),
        new BrokerMetrics(
            new BrokerMetrics.Sources(
                "1.2.3",
                () -> 7,
                () -> notReady.isEmpty(),
                () -> 0,
                owner.statistics(),
                () -> new StoreHealth(true, "", 100, 10, 50),
                () -> CompletableFuture.completedStage(connections),
                audit),
            100),
        new ManagementServices.Maintenance(owner.maintenance(), refuse -> {}),
        1 << 20);
  }

  private AccessRules rules() {
    try {
      return AccessRules.open(
          new RuleFile(directory.resolve("acl.conf")),
          new SignalFile(directory.resolve("signals")),
          audit,
          Clock.systemUTC());
    } catch (RulesException | IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Serves at another socket, for another administrator, instead. */
  void serve(String name, long adminUid) throws Exception {
    if (server != null) {
      server.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
    UnixSocketPath path = UnixSocketPath.prepare(directory.resolve(name));
    server =
        AdminServer.start(vertx, path, services(adminUid))
            .toCompletionStage()
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    path.secure();
    http = new HttpOverUnix(path.path());
  }

  @Override
  public void close() throws Exception {
    server.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    owner.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
    users.close();
    audit.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private final class View implements BrokerView {
    @Override
    public Facts facts() {
      return new Facts("1.2.3", 42, "/data", List.of(new Listener("amqp", "127.0.0.1:5672")));
    }

    @Override
    public long uptimeSeconds() {
      return 7;
    }

    @Override
    public StoreHealth store() {
      return store;
    }

    @Override
    public List<Finding> examine() {
      return List.of(Finding.warn("clock", "it is late", "go home"));
    }

    @Override
    public int connections() {
      return 3;
    }

    @Override
    public CompletionStage<List<ConnectionInfo>> connectionReport() {
      return CompletableFuture.completedStage(connections);
    }

    @Override
    public CompletionStage<Boolean> closeConnection(String id, String reason) {
      closedBecause = reason;
      return CompletableFuture.completedStage(connections.removeIf(c -> c.id().equals(id)));
    }

    @Override
    public Optional<LiveConfig> configuration() {
      try {
        if (live == null) {
          Surroundings here = new Surroundings(Map.of(), directory, directory, 0);
          live = LiveConfig.load(here, toml, List.of());
        }
        return Optional.of(live);
      } catch (ConfigException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public String notReady() {
      return notReady;
    }
  }
}
