package dev.holdfast.broker;

import dev.holdfast.broker.amqp.AmqpLimits;
import dev.holdfast.broker.amqp.AmqpServer;
import dev.holdfast.broker.amqp.AmqpSettings;
import dev.holdfast.broker.amqp.management.ManagementNode;
import dev.holdfast.broker.amqp.management.ManagementOperations;
import dev.holdfast.broker.amqp.management.QueueType;
import dev.holdfast.broker.amqp.management.SubscriptionType;
import dev.holdfast.broker.amqp.management.TopicType;
import dev.holdfast.broker.audit.AuditLog;
import dev.holdfast.broker.audit.AuditTrail;
import dev.holdfast.broker.audit.source.EdgeAudit;
import dev.holdfast.broker.config.BrokerConfig;
import dev.holdfast.broker.config.HostPort;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.StatisticsPort;
import dev.holdfast.broker.domain.owner.DomainSettings;
import dev.holdfast.broker.domain.owner.OwnerLoop;
import dev.holdfast.broker.domain.owner.TransactionLimits;
import dev.holdfast.broker.identity.CertificatePrincipals;
import dev.holdfast.broker.identity.PeerInfo;
import dev.holdfast.broker.identity.token.TokenService;
import dev.holdfast.broker.limits.LimitTable;
import dev.holdfast.broker.management.QueueAttributes;
import dev.holdfast.broker.metrics.BrokerMetrics;
import dev.holdfast.broker.tls.ServerTls;
import dev.holdfast.broker.tls.TlsException;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.rocks.RocksMessageStore;
import dev.holdfast.storage.rocks.StoreSettings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Turns the configuration into what each part wants to be given. */
final class Assembly {
  private static final int WORKERS = 4;
  private static final int BLOCKED_CHECK_SECONDS = 5;
  private static final long AUTOMATIC = -1;
  private static final int BROKER_ID_BYTES = 6;
  private static final int AUDIT_ID_BYTES = 16;
  private static final int AUDIT_SEED_BYTES = 32;

  private Assembly() {}

  /** Loops for AMQP, and one so that management and AMQP do not wait for each other. */
  static Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setPreferNativeTransport(true)
            .setEventLoopPoolSize(AmqpSettings.defaultEventLoops() + 1)
            .setWorkerPoolSize(WORKERS)
            .setInternalBlockingPoolSize(WORKERS)
            .setBlockedThreadCheckInterval(BLOCKED_CHECK_SECONDS)
            .setBlockedThreadCheckIntervalUnit(TimeUnit.SECONDS)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }

  /** The owner's inbox with {@code $management} in front of it. */
  static OwnerInbox managed(Vertx vertx, OwnerLoop owner, long maxMessageBytes, AuditTrail audit) {
    Executor workers =
        task ->
            vertx.executeBlocking(
                () -> {
                  task.run();
                  return null;
                },
                false);
    ManagementOperations operations =
        new ManagementOperations(
            List.of(
                new QueueType(owner.admin(), new QueueAttributes(maxMessageBytes)),
                new TopicType(owner.topicAdmin(), maxMessageBytes),
                new SubscriptionType(owner.topicAdmin())),
            audit);
    return new ManagementNode(owner, owner.admin(), operations, workers);
  }

  static String version() {
    String version = Assembly.class.getPackage().getImplementationVersion();
    return version == null ? "(development)" : version;
  }

  static Optional<ServerTls> openTls(BrokerConfig config, Clock clock) throws StartException {
    if (config.tls().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(ServerTls.open(config.tls().get().files(), clock));
    } catch (TlsException e) {
      throw new StartException(
          StartException.Code.TLS,
          "TLS cannot be served: " + e.getMessage() + "; check the keys that begin with tls.",
          e);
    }
  }

  static DomainSettings domainSettings(BrokerConfig config, Supplier<LimitTable> limits) {
    BrokerConfig.Transactions transactions = config.transactions();
    return DomainSettings.defaults()
        .withMaxMessageBytes(config.amqp().maxMessageBytes())
        .withMaxKeyBytes(config.store().maxKeyBytes())
        .withWarnings(
            new DomainSettings.Warnings(
                config.watch().slowCommit().toMillis(), config.watch().stuckAfter().toMillis()))
        .withTemporaryNodes(who -> limits.get().of(who).temporaryNodes())
        .withTransactions(
            new TransactionLimits(
                transactions.open(),
                transactions.operations(),
                transactions.bytes(),
                transactions.totalBytes(),
                transactions.idle().toMillis()));
  }

  static AmqpSettings amqpSettings(
      BrokerConfig config,
      Optional<ServerTls> tls,
      Clock clock,
      AuditTrail audit,
      Supplier<LimitTable> principals) {
    BrokerConfig.Amqp amqp = config.amqp();
    AmqpLimits defaults = AmqpLimits.defaults();
    AmqpLimits.Connections connections = defaults.connections();
    AmqpLimits.PerConnection one = defaults.perConnection();
    AmqpLimits limits =
        new AmqpLimits(
            amqp.maxFrameBytes(),
            Math.toIntExact(amqp.maxMessageBytes()),
            Math.toIntExact(amqp.idleTimeout().toMillis()),
            new AmqpLimits.Connections(
                amqp.limits().connections(),
                connections.unauthenticated(),
                connections.unauthenticatedPerOrigin(),
                principals),
            defaults
                .handshake()
                .withRenewalMs(Math.toIntExact(config.identity().tokenGrace().toMillis())),
            new AmqpLimits.PerConnection(
                amqp.limits().sessionsPerConnection(),
                amqp.limits().linksPerConnection(),
                one.publisherCredit(),
                one.consumerCredit(),
                one.controlFramesPerSecond(),
                one.bytes().withWhole(amqp.streamAboveBytes())));
    return new AmqpSettings(
        listeners(config, tls),
        "holdfast",
        version(),
        limits,
        AmqpSettings.defaultEventLoops(),
        clock,
        new EdgeAudit(audit));
  }

  private static AmqpSettings.Listeners listeners(BrokerConfig config, Optional<ServerTls> tls) {
    BrokerConfig.WebSocket webSocket = config.webSocket();
    return new AmqpSettings.Listeners(
        config.amqp().listen().map(Assembly::endpoint),
        webSocket.listen().map(Assembly::endpoint),
        tls.map(
            keys ->
                new AmqpSettings.Encrypted(
                    keys,
                    config.tls().flatMap(BrokerConfig.Tls::listen).map(Assembly::endpoint),
                    webSocket.tlsListen().map(Assembly::endpoint))),
        Optional.of(config.amqpSocket()),
        webSocket.origins());
  }

  private static AmqpSettings.Endpoint endpoint(HostPort at) {
    return new AmqpSettings.Endpoint(at.host(), at.port());
  }

  static Optional<HostPort> plainAddress(AmqpServer server) {
    return server.listeners().stream()
        .filter(l -> l.transport() == PeerInfo.Transport.TCP)
        .map(l -> new HostPort(l.host(), l.port()))
        .findFirst();
  }

  /** How clients are called by their certificates. */
  static CertificatePrincipals certificates(BrokerConfig config) {
    return new CertificatePrincipals(
        config.identity().commonNames(), config.identity().adminCertificates());
  }

  /** The broker's tokens, signed with a key of the store's. */
  static TokenService tokens(BrokerConfig config, MessageStore store, Clock clock) {
    byte[] id = Arrays.copyOf(store.deriveKey("broker-id"), BROKER_ID_BYTES);
    return TokenService.open(
        config.dataDirectory().resolve("tokens"),
        config.identity().issuers().orElse(config.dataDirectory().resolve("issuers")),
        store.deriveKey("token-issuer"),
        HexFormat.of().formatHex(id),
        clock);
  }

  /** The audit log, its signing key sealed under a key of the store's. */
  static AuditLog audit(BrokerConfig config, MessageStore store, Clock clock, Runnable onStop) {
    SecureRandom random = new SecureRandom();
    byte[] id = Arrays.copyOf(store.deriveKey("audit-id"), AUDIT_ID_BYTES);
    AuditLog.Needs needs =
        new AuditLog.Needs(
            clock,
            store.deriveKey("audit-keys"),
            HexFormat.of().formatHex(id),
            store::lastCommit,
            () -> {
              byte[] seed = new byte[AUDIT_SEED_BYTES];
              random.nextBytes(seed);
              return seed;
            },
            onStop);
    return AuditLog.open(config.audit(), needs);
  }

  static BrokerMetrics metrics(
      BrokerConfig config,
      RunningView view,
      Optional<ServerTls> tls,
      StatisticsPort domain,
      AuditLog audit) {
    return new BrokerMetrics(
        new BrokerMetrics.Sources(
            version(),
            view::uptimeSeconds,
            () -> view.notReady().isEmpty() && view.store().publishable(),
            () -> tls.map(ServerTls::certificateEndsMs).orElse(0L),
            domain,
            view::store,
            view::connectionReport,
            audit),
        config.watch().metricNodes());
  }

  static MessageStore store(BrokerConfig config) throws StoreException {
    BrokerConfig.Store store = config.store();
    StoreSettings settings =
        StoreSettings.defaults(config.dataDirectory())
            .withReserveBytes(store.diskReserveBytes().orElse(AUTOMATIC))
            .withMemory(store.writeBufferBytes(), store.blockCacheBytes());
    return RocksMessageStore.open(store.keyFile().map(settings::withKeyFile).orElse(settings));
  }
}
