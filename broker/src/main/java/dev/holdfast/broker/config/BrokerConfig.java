package dev.holdfast.broker.config;

import dev.holdfast.broker.audit.AuditSettings;
import dev.holdfast.broker.limits.LimitTable;
import dev.holdfast.broker.tls.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the operator chose, complete and checked.
 *
 * @param dataDirectory of everything that is kept
 * @param socketDirectory of the Unix sockets
 * @param amqp how AMQP is served
 * @param transactions what transactions may hold
 * @param tls how TLS is served, when it is
 * @param webSocket how AMQP is served over WebSocket
 * @param rulesFile the access rules, which need not be there
 * @param identity who may do what by virtue of the operating system
 * @param store how messages are kept
 * @param audit how the audit log is kept
 * @param logFormat how the log is written
 * @param watch what is watched
 * @param limits of principals
 */
public record BrokerConfig(
    Path dataDirectory,
    Path socketDirectory,
    Amqp amqp,
    Transactions transactions,
    Optional<Tls> tls,
    WebSocket webSocket,
    Path rulesFile,
    Identity identity,
    Store store,
    AuditSettings audit,
    LogFormat logFormat,
    Watch watch,
    LimitTable limits) {

  /**
   * AMQP on every transport.
   *
   * @param listen TCP without TLS, when wanted
   * @param insecureListenerAllowed whether {@code listen} may be reached from other hosts
   * @param maxFrameBytes largest frame taken
   * @param maxMessageBytes largest message taken
   * @param streamAboveBytes a larger message is never in memory as a whole
   * @param idleTimeout after which a silent connection is closed
   * @param limits counts
   */
  public record Amqp(
      Optional<HostPort> listen,
      boolean insecureListenerAllowed,
      int maxFrameBytes,
      long maxMessageBytes,
      long streamAboveBytes,
      Duration idleTimeout,
      Limits limits) {}

  /**
   * How many there may be at one time.
   *
   * @param connections in all
   * @param sessionsPerConnection of one connection
   * @param linksPerConnection of one connection
   */
  public record Limits(int connections, int sessionsPerConnection, int linksPerConnection) {}

  /**
   * Transactions.
   *
   * @param open of one connection
   * @param operations of one transaction
   * @param bytes that one transaction may hold in memory
   * @param totalBytes that all may hold together
   * @param idle after which one with work in it is rolled back
   */
  public record Transactions(
      int open, int operations, long bytes, long totalBytes, Duration idle) {}

  /**
   * TLS.
   *
   * @param listen where AMQP is served over it, when wanted
   * @param files it needs
   */
  public record Tls(Optional<HostPort> listen, TlsFiles files) {}

  /**
   * AMQP over WebSocket.
   *
   * @param listen where without TLS, when wanted
   * @param tlsListen where with TLS, when wanted
   * @param origins of the pages that browsers may connect from
   */
  public record WebSocket(
      Optional<HostPort> listen, Optional<HostPort> tlsListen, Set<String> origins) {}

  /**
   * Those whom the kernel or a certificate vouches for.
   *
   * @param ownUid the uid the broker runs as
   * @param adminUids further administrators
   * @param adminCertificates names of clients with a certificate who are administrators
   * @param commonNames whether a certificate's common name may be its name
   * @param issuers directory of other issuers' keys, when it is not in the data directory
   * @param tokenGrace for a new token, after the old one has expired
   * @param rootRefused whether the broker refuses to run as root
   */
  public record Identity(
      long ownUid,
      Set<Long> adminUids,
      Set<String> adminCertificates,
      boolean commonNames,
      Optional<Path> issuers,
      Duration tokenGrace,
      boolean rootRefused) {}

  /**
   * The store.
   *
   * @param keyFile of the key that opens the data, when it is not in the data directory
   * @param diskReserveBytes free space below which publishes are refused; empty: what is needed
   * @param writeBufferBytes one write buffer
   * @param blockCacheBytes cache for reading
   * @param maxKeyBytes disk space for idempotency keys
   */
  public record Store(
      Optional<Path> keyFile,
      Optional<Long> diskReserveBytes,
      long writeBufferBytes,
      long blockCacheBytes,
      long maxKeyBytes) {}

  /**
   * What is watched.
   *
   * @param metricNodes nodes that metrics name at most
   * @param slowCommit a commit that takes longer is slow
   * @param stuckAfter a node is stuck from which nothing is taken for this long; zero: none is
   */
  public record Watch(int metricNodes, Duration slowCommit, Duration stuckAfter) {}

  /** The Unix socket for AMQP. */
  public Path amqpSocket() {
    return socketDirectory.resolve("amqp.sock");
  }

  /** The Unix socket for management. */
  public Path adminSocket() {
    return socketDirectory.resolve("admin.sock");
  }

  static BrokerConfig from(ConfigValues values, long ownUid) throws ConfigException {
    if (values.mistakes().isEmpty()) {
      checkTogether(values);
    }
    if (!values.mistakes().isEmpty()) {
      throw new ConfigException(values.mistakes());
    }
    return new BrokerConfig(
        values.get(ConfigKeys.DATA_DIR),
        values.get(ConfigKeys.SOCKET_DIR),
        amqp(values),
        new Transactions(
            values.get(ConfigKeys.TRANSACTIONS_OPEN),
            values.get(ConfigKeys.TRANSACTIONS_OPERATIONS),
            values.get(ConfigKeys.TRANSACTIONS_SIZE),
            values.get(ConfigKeys.TRANSACTIONS_TOTAL),
            values.get(ConfigKeys.TRANSACTIONS_IDLE)),
        tls(values),
        new WebSocket(
            values.get(ConfigKeys.WEBSOCKET_LISTEN),
            values.get(ConfigKeys.WEBSOCKET_TLS_LISTEN),
            values.get(ConfigKeys.WEBSOCKET_ORIGINS)),
        values.get(ConfigKeys.ACL_FILE).orElse(values.get(ConfigKeys.DATA_DIR).resolve("acl.conf")),
        new Identity(
            ownUid,
            values.get(ConfigKeys.ADMIN_UIDS),
            values.get(ConfigKeys.ADMIN_CERTIFICATES),
            values.get(ConfigKeys.CERTIFICATE_CN),
            values.get(ConfigKeys.ISSUERS),
            values.get(ConfigKeys.TOKEN_GRACE),
            values.get(ConfigKeys.REQUIRE_NON_ROOT)),
        new Store(
            values.get(ConfigKeys.STORE_KEY_FILE),
            values.get(ConfigKeys.STORE_RESERVE),
            values.get(ConfigKeys.STORE_WRITE_BUFFER),
            values.get(ConfigKeys.STORE_BLOCK_CACHE),
            values.get(ConfigKeys.STORE_MAX_KEYS)),
        new AuditSettings(
            values.get(ConfigKeys.DATA_DIR).resolve("audit"),
            values.get(ConfigKeys.AUDIT_MAX_FILE),
            values.get(ConfigKeys.AUDIT_RETENTION),
            values.get(ConfigKeys.AUDIT_ON_FULL),
            values.get(ConfigKeys.AUDIT_ANCHOR)),
        values.get(LogKeys.FORMAT),
        WatchKeys.watch(values),
        LimitKeys.table(values));
  }

  /** What only several keys together can be wrong about. */
  private static void checkTogether(ConfigValues values) {
    if (values.get(ConfigKeys.TRANSACTIONS_TOTAL) < values.get(ConfigKeys.TRANSACTIONS_SIZE)) {
      values.mistake("transactions.max-total-size is less than transactions.max-size");
    }
    boolean certificate = values.get(ConfigKeys.TLS_CERTIFICATE).isPresent();
    if (certificate != values.get(ConfigKeys.TLS_KEY).isPresent()) {
      values.mistake("tls.certificate and tls.private-key belong together: give both or none");
    }
    if (!certificate && values.get(ConfigKeys.WEBSOCKET_TLS_LISTEN).isPresent()) {
      values.mistake("websocket.tls-listen needs tls.certificate and tls.private-key");
    }
    boolean asked = values.get(ConfigKeys.TLS_CLIENT_AUTH) != ClientAuth.NONE;
    if (asked && !certificate) {
      values.mistake("tls.client-auth needs tls.certificate and tls.private-key");
    }
    if (asked && values.get(ConfigKeys.TLS_CLIENT_CA).isEmpty()) {
      values.mistake("tls.client-auth needs tls.client-ca");
    }
    // Believing to be protected by what is not looked at would be worse than a start that fails.
    for (ConfigKey<Optional<Path>> key :
        List.of(
            ConfigKeys.TLS_CLIENT_CA, ConfigKeys.TLS_CLIENT_CRL, ConfigKeys.TLS_CLIENT_SERIALS)) {
      if (!asked && values.get(key).isPresent()) {
        values.mistake(key.name() + " does nothing without tls.client-auth");
      }
    }
  }

  private static Amqp amqp(ConfigValues values) {
    return new Amqp(
        values.get(ConfigKeys.AMQP_LISTEN),
        values.get(ConfigKeys.AMQP_INSECURE),
        Math.toIntExact(values.get(ConfigKeys.AMQP_MAX_FRAME)),
        values.get(ConfigKeys.AMQP_MAX_MESSAGE),
        values.get(ConfigKeys.AMQP_STREAM_ABOVE),
        values.get(ConfigKeys.AMQP_IDLE),
        new Limits(
            values.get(ConfigKeys.AMQP_CONNECTIONS),
            values.get(ConfigKeys.AMQP_SESSIONS),
            values.get(ConfigKeys.AMQP_LINKS)));
  }

  private static Optional<Tls> tls(ConfigValues values) {
    Optional<Path> certificate = values.get(ConfigKeys.TLS_CERTIFICATE);
    Optional<Path> key = values.get(ConfigKeys.TLS_KEY);
    return certificate.isPresent() && key.isPresent()
        ? Optional.of(
            new Tls(
                values.get(ConfigKeys.TLS_LISTEN),
                new TlsFiles(
                    certificate.get(),
                    key.get(),
                    values.get(ConfigKeys.TLS_HOSTS),
                    tlsClients(values))))
        : Optional.empty();
  }

  private static Optional<TlsFiles.Clients> tlsClients(ConfigValues values) {
    ClientAuth asked = values.get(ConfigKeys.TLS_CLIENT_AUTH);
    return asked == ClientAuth.NONE
        ? Optional.empty()
        : values
            .get(ConfigKeys.TLS_CLIENT_CA)
            .map(
                authorities ->
                    new TlsFiles.Clients(
                        asked == ClientAuth.REQUIRED,
                        authorities,
                        values.get(ConfigKeys.TLS_CLIENT_CRL),
                        values.get(ConfigKeys.TLS_CLIENT_SERIALS)));
  }
}
