package dev.holdfast.broker;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.rules.RulesException;
import dev.holdfast.broker.StartException.Code;
import dev.holdfast.broker.access.AccessRules;
import dev.holdfast.broker.access.RuleFile;
import dev.holdfast.broker.access.SignalFile;
import dev.holdfast.broker.amqp.AmqpServer;
import dev.holdfast.broker.amqp.AmqpSettings;
import dev.holdfast.broker.amqp.filter.WireFilterCodec;
import dev.holdfast.broker.audit.AuditEvent;
import dev.holdfast.broker.audit.AuditEvent.Outcome;
import dev.holdfast.broker.audit.AuditException;
import dev.holdfast.broker.audit.AuditLog;
import dev.holdfast.broker.audit.source.AuditedPolicy;
import dev.holdfast.broker.audit.source.AuditedSasl;
import dev.holdfast.broker.config.BrokerConfig;
import dev.holdfast.broker.config.HostPort;
import dev.holdfast.broker.config.LiveConfig;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.PartSource;
import dev.holdfast.broker.domain.owner.OwnerLoop;
import dev.holdfast.broker.identity.LocalGroups;
import dev.holdfast.broker.identity.PeerPrincipals;
import dev.holdfast.broker.identity.SaslAuthenticator;
import dev.holdfast.broker.identity.SaslMechanisms;
import dev.holdfast.broker.identity.UserException;
import dev.holdfast.broker.identity.UserStore;
import dev.holdfast.broker.identity.token.TokenException;
import dev.holdfast.broker.identity.token.TokenService;
import dev.holdfast.broker.management.AdminServer;
import dev.holdfast.broker.management.ManagementServices;
import dev.holdfast.broker.metrics.BrokerMetrics;
import dev.holdfast.broker.net.UnixSocketPath;
import dev.holdfast.broker.tls.ServerTls;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running broker: everything it consists of, started in one order and stopped in the reverse one.
 *
 * <p>Threading: one thread starts it; any one thread may close it. Everything else may be asked by
 * any thread.
 */
public final class Broker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
  private static final long START_SECONDS = 60;

  private final BrokerConfig config;
  private final Clock clock = Clock.systemUTC();
  private final Consumer<Throwable> onFatal;
  private final RunningView view;

  /**
   * What runs, the latest first. Belongs to the thread that starts, then to the one that closes.
   */
  private final Deque<Part> running = new ArrayDeque<>();

  private Optional<HostPort> amqpAddress = Optional.empty();

  /** Something to stop. */
  private record Part(String name, Stop stop) {}

  private interface Stop {
    void run() throws Exception;
  }

  private Broker(BrokerConfig config, Consumer<Throwable> onFatal) {
    this.config = config;

    this.onFatal = onFatal;
    this.view = new RunningView(config, clock);
  }

  /**
   * Starts a broker; when this returns, it accepts connections.
   *
   * @throws StartException when it cannot; nothing is left running
   */
  public static Broker start(BrokerConfig config) throws StartException {
    return start(config, failure -> {});
  }

  /**
   * The same.
   *
   * @param onFatal called once, on some thread, when the broker cannot go on: it has to be closed
   */
  public static Broker start(BrokerConfig config, Consumer<Throwable> onFatal)
      throws StartException {
    return new Broker(config, onFatal).started();
  }

  /** The same by a configuration that may be read again while it runs. */
  public static Broker start(LiveConfig live, Consumer<Throwable> onFatal) throws StartException {
    Broker broker = new Broker(live.config(), onFatal);
    broker.view.configuration(live);
    return broker.started();
  }

  private Broker started() throws StartException {
    try {
      startAll();
      return this;
    } catch (StartException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** The order in which everything starts; {@link #close} is its reverse. */
  private void startAll() throws StartException {
    StartChecks.check(config);
    Optional<ServerTls> tls = Assembly.openTls(config, clock);

    // Half of a start is loading Netty, the other half opening the store: side by side.
    CompletableFuture<Vertx> loading = CompletableFuture.supplyAsync(Assembly::vertx);
    runs("event loops", () -> await(loading.thenCompose(v -> v.close().toCompletionStage())));

    UserStore users = openUsers();
    runs("users", users::close);

    MessageStore store = openStore();
    runs("store", store::close);
    view.store(store);

    AuditLog audit = startAudit(store);
    AccessRules rules = openRules(audit);
    AccessPolicy policy = new AuditedPolicy(AccessPolicy.withinGrants(rules.policy()), audit);

    OwnerLoop owner = startOwner(store, policy);
    PeerPrincipals peers = watchIdentities(rules, owner);
    TokenService tokens = openTokens(store);
    SaslAuthenticator sasl =
        new SaslAuthenticator(users, peers, Assembly.certificates(config), tokens);
    runs("authentication", sasl::close);

    Vertx vertx = loaded(loading);
    new IssuerWatch(tokens, audit).start(vertx);
    AmqpServer amqp =
        startAmqp(
            vertx,
            Assembly.amqpSettings(config, tls, clock, audit, view::limits),
            owner,
            sasl,
            audit,
            store::readPart);
    runs("AMQP", () -> await(amqp.close().toCompletionStage()));
    amqpAddress = Assembly.plainAddress(amqp);
    view.amqp(amqp);
    view.checkup(new Checkup(config, tls, clock));

    BrokerMetrics metrics = Assembly.metrics(config, view, tls, owner.statistics(), audit);
    runs("metrics", metrics::close);

    ManagementServices services =
        new ManagementServices(
            owner.admin(),
            owner.topicAdmin(),
            owner.deadLetterAdmin(),
            owner.templateAdmin(),
            owner.idempotencyAdmin(),
            store::readPart,
            users,
            tokens,
            policy,
            rules,
            peers,
            view,
            new ManagementServices.Audit(audit, config.audit().directory()),
            owner.statistics(),
            metrics,
            new ManagementServices.Maintenance(owner.maintenance(), amqp::refuseConnections),
            config.amqp().maxMessageBytes());
    startAdmin(vertx, services);
    view.ready();
  }

  private OwnerLoop startOwner(MessageStore store, AccessPolicy policy) {
    OwnerLoop owner =
        new OwnerLoop(
            store,
            Assembly.domainSettings(config, view::limits),
            policy,
            new WireFilterCodec(),
            clock,
            this::failed);
    owner.start();
    runs("owner", () -> await(owner.stop()));
    return owner;
  }

  /** Rules and groups are looked at once a second; stops before the owner does. */
  private PeerPrincipals watchIdentities(AccessRules rules, OwnerLoop owner) {
    LocalGroups groups = new LocalGroups(Path.of("/etc"));
    groups.refresh();
    rules.start(() -> owner.submit(List.of(new OwnerCommand.Recheck(null))), groups::refresh);
    runs("access rules", rules::close);
    return new PeerPrincipals(config.identity().ownUid(), config.identity().adminUids(), groups);
  }

  private void runs(String name, Stop stop) {
    running.push(new Part(name, stop));
  }

  private UserStore openUsers() throws StartException {
    try {
      return UserStore.open(config.dataDirectory().resolve("users"), clock);
    } catch (UserException e) {
      Code code =
          switch (e.reason()) {
            case PERMISSIONS -> Code.PERMS;
            case CORRUPT, IO, INVALID, CONFLICT, NOT_FOUND -> Code.USERS;
          };
      throw new StartException(code, String.valueOf(e.getMessage()), e);
    }
  }

  private AccessRules openRules(AuditLog audit) throws StartException {
    try {
      return AccessRules.open(
          new RuleFile(config.rulesFile()),
          new SignalFile(config.dataDirectory().resolve("signals")),
          audit,
          clock);
    } catch (RulesException | IOException e) {
      throw new StartException(
          Code.ACL,
          config.rulesFile() + ": " + e.getMessage() + "; correct it, or move it away",
          e);
    }
  }

  private MessageStore openStore() throws StartException {
    try {
      return Assembly.store(config);
    } catch (StoreException e) {
      Code code =
          switch (e.reason()) {
            case LOCKED -> Code.LOCKED;
            case DISK_FULL, CORRUPT, WRONG_KEY, FORMAT, IO -> Code.STORE;
          };
      throw new StartException(code, String.valueOf(e.getMessage()), e);
    }
  }

  private AuditLog openAudit(MessageStore store) throws StartException {
    try {
      return Assembly.audit(
          config, store, clock, () -> failed(new IllegalStateException("HF-AUDIT-FULL")));
    } catch (AuditException e) {
      throw new StartException(Code.AUDIT, String.valueOf(e.getMessage()), e);
    }
  }

  private AuditLog startAudit(MessageStore store) throws StartException {
    AuditLog audit = openAudit(store);
    runs("audit log", audit::close);
    runs("audit of the stop", () -> audit.keep(AuditEvent.of("broker.stop", Outcome.OK)));
    recordStart(audit);
    return audit;
  }

  private TokenService openTokens(MessageStore store) throws StartException {
    try {
      return Assembly.tokens(config, store, clock);
    } catch (TokenException e) {
      throw new StartException(Code.USERS, String.valueOf(e.getMessage()), e);
    }
  }

  private void recordStart(AuditLog audit) {
    AuditEvent start =
        AuditEvent.of("broker.start", Outcome.OK).extra("version", Assembly.version());
    audit.keep(
        config.amqp().insecureListenerAllowed() ? start.extra("insecure-listener", "true") : start);
  }

  private static Vertx loaded(CompletableFuture<Vertx> loading) throws StartException {
    try {
      return await(loading);
    } catch (Exception e) {
      throw new StartException(Code.INTERNAL, "the event loops did not start: " + e, e);
    }
  }

  private AmqpServer startAmqp(
      Vertx vertx,
      AmqpSettings settings,
      OwnerLoop owner,
      SaslAuthenticator sasl,
      AuditLog audit,
      PartSource parts)
      throws StartException {
    try {
      OwnerInbox inbox = Assembly.managed(vertx, owner, config.amqp().maxMessageBytes(), audit);
      SaslMechanisms audited = new AuditedSasl(sasl, audit);
      return await(AmqpServer.start(vertx, settings, inbox, audited, parts).toCompletionStage());
    } catch (Exception e) {
      throw cannotListen(
          "AMQP",
          "amqp.listen, tls.listen, websocket.listen, websocket.tls-listen and socket-dir",
          e);
    }
  }

  private void startAdmin(Vertx vertx, ManagementServices services) throws StartException {
    try {
      UnixSocketPath path = UnixSocketPath.prepare(config.adminSocket());
      runs("admin socket", path::remove);
      AdminServer admin = await(AdminServer.start(vertx, path, services).toCompletionStage());
      runs("management", () -> await(admin.close().toCompletionStage()));
      path.secure();
    } catch (Exception e) {
      throw cannotListen("management", "socket-dir", e);
    }
  }

  private StartException cannotListen(String what, String keys, Exception e) {
    Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    String message = cause.getMessage();
    String why = message == null ? cause.toString() : message;
    String where =
        config.amqp().listen().map(at -> at + " or ").orElse("") + config.socketDirectory();
    return new StartException(
        Code.LISTEN,
        what + " cannot be served at " + where + ": " + why + "; the keys are " + keys,
        e);
  }

  private static <T> T await(CompletionStage<T> stage)
      throws ExecutionException, InterruptedException, TimeoutException {
    return stage.toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
  }

  private void failed(Throwable failure) {
    view.failed("the broker has failed and has to be started again");
    onFatal.accept(failure);
  }

  /** Where AMQP without TLS is served: the port really bound; empty when it is off. */
  public Optional<HostPort> amqpAddress() {
    return amqpAddress;
  }

  /** The Unix socket for AMQP. */
  public Path socketPath() {
    return config.amqpSocket().toAbsolutePath();
  }

  /** The Unix socket for management. */
  public Path adminPath() {
    return config.adminSocket().toAbsolutePath();
  }

  /**
   * Stops accepting, lets the owner commit what it was given, ends every link and connection with
   * {@code amqp:connection:forced}, closes the store. A second call does nothing.
   */
  @Override
  public void close() {
    view.failed("the broker is stopping");
    while (!running.isEmpty()) {
      Part part = running.pop();
      try {
        part.stop().run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        LOG.warn("Interrupted while stopping {}", part.name());
      } catch (Exception e) {
        LOG.warn("{} did not stop as it should: {}", part.name(), e.toString());
      }
    }
  }
}
