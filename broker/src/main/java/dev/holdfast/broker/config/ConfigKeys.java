package dev.holdfast.broker.config;

import dev.holdfast.broker.audit.AuditSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The table of everything that can be configured; docs/configuration.md is checked against it. */
final class ConfigKeys {
  private static final long KIB = 1024;
  private static final long MIB = KIB * KIB;
  private static final long GIB = KIB * MIB;

  static final ConfigKey<Path> DATA_DIR =
      new ConfigKey<>(
          "data-dir",
          ValueType.path(),
          "Directory of everything that is kept: messages, keys, users. Made with mode 0700; one"
              + " broker per directory. Flag: --data.",
          "$XDG_DATA_HOME/holdfast, else /var/lib/holdfast (root), else ~/.local/share/holdfast",
          surroundings -> surroundings.dataDirectory().toString());

  static final ConfigKey<Path> SOCKET_DIR =
      new ConfigKey<>(
          "socket-dir",
          ValueType.path(),
          "Directory of the Unix sockets amqp.sock and admin.sock. Made with mode 0750. Flag:"
              + " --socket-dir.",
          "$XDG_RUNTIME_DIR/holdfast, else /run/holdfast, else TMPDIR/holdfast-UID",
          surroundings -> surroundings.socketDirectory().toString());

  static final ConfigKey<Optional<HostPort>> AMQP_LISTEN =
      ConfigKey.of(
          "amqp.listen",
          ValueType.listener(),
          "127.0.0.1:5672",
          "Where AMQP without TLS is served. An address that other hosts can reach is refused, see"
              + " amqp.i-understand-insecure-listener. Flag: --listen.");

  static final ConfigKey<Boolean> AMQP_INSECURE =
      ConfigKey.of(
          "amqp.i-understand-insecure-listener",
          ValueType.bool(),
          "false",
          "Allows amqp.listen and websocket.listen to be reached from other hosts although nothing"
              + " on the way is encrypted. PLAIN is not offered to such peers. Logged at every"
              + " start.");

  static final ConfigKey<Long> AMQP_MAX_FRAME =
      ConfigKey.of(
          "amqp.max-frame-size",
          ValueType.size(4 * KIB, MIB),
          "64KiB",
          "Largest AMQP frame taken; larger messages travel in several.");

  static final ConfigKey<Long> AMQP_MAX_MESSAGE =
      ConfigKey.of(
          "amqp.max-message-size",
          ValueType.size(KIB, 1024 * MIB),
          "16MiB",
          "Largest message taken; a queue may have a lower limit of its own.");

  static final ConfigKey<Long> AMQP_STREAM_ABOVE =
      ConfigKey.of(
          "amqp.stream-above",
          ValueType.size(16 * KIB, 4 * MIB),
          "256KiB",
          "A message larger than this is written to the store while it arrives and read from it"
              + " while it is sent, in parts, and is never in memory as a whole.");

  static final ConfigKey<Duration> AMQP_IDLE =
      ConfigKey.of(
          "amqp.idle-timeout",
          ValueType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
          "60s",
          "A connection over which nothing came for this long is closed.");

  static final ConfigKey<Integer> AMQP_CONNECTIONS =
      ConfigKey.of(
          "amqp.max-connections",
          ValueType.integer(1, 100_000),
          "4096",
          "Connections at one time.");

  static final ConfigKey<Integer> AMQP_SESSIONS =
      ConfigKey.of(
          "amqp.max-sessions", ValueType.integer(1, 65_536), "256", "Sessions per connection.");

  static final ConfigKey<Integer> AMQP_LINKS =
      ConfigKey.of("amqp.max-links", ValueType.integer(1, 65_536), "1024", "Links per connection.");

  static final ConfigKey<Integer> TRANSACTIONS_OPEN =
      ConfigKey.of(
          "transactions.max-open",
          ValueType.integer(1, 65_536),
          "256",
          "Transactions of one connection that are not committed or rolled back.");

  static final ConfigKey<Integer> TRANSACTIONS_OPERATIONS =
      ConfigKey.of(
          "transactions.max-operations",
          ValueType.integer(1, 1_000_000),
          "100000",
          "Messages sent and messages settled in one transaction.");

  static final ConfigKey<Long> TRANSACTIONS_SIZE =
      ConfigKey.of(
          "transactions.max-size",
          ValueType.size(KIB, 256 * MIB),
          "32MiB",
          "What one transaction may hold in memory until it is committed: its messages, and 128"
              + " bytes for each operation.");

  static final ConfigKey<Long> TRANSACTIONS_TOTAL =
      ConfigKey.of(
          "transactions.max-total-size",
          ValueType.size(KIB, 64 * GIB),
          "64MiB",
          "The same for all transactions together.");

  static final ConfigKey<Duration> TRANSACTIONS_IDLE =
      ConfigKey.of(
          "transactions.idle-timeout",
          ValueType.duration(Duration.ofSeconds(1), Duration.ofDays(7)),
          "5m",
          "A transaction in which something was done, and then nothing for this long, is rolled"
              + " back.");

  static final ConfigKey<Optional<Path>> TLS_CERTIFICATE =
      ConfigKey.of(
          "tls.certificate",
          ValueType.optionalPath(),
          "",
          "PEM file with the certificate and its chain; turns TLS on. Needs tls.private-key.");

  static final ConfigKey<Optional<Path>> TLS_KEY =
      ConfigKey.of(
          "tls.private-key",
          ValueType.optionalPath(),
          "",
          "PEM file with the certificate's private key, without a password.");

  static final ConfigKey<Optional<HostPort>> TLS_LISTEN =
      ConfigKey.of(
          "tls.listen",
          ValueType.listener(),
          "127.0.0.1:5671",
          "Where AMQP over TLS is served, when a certificate is configured.");

  static final ConfigKey<Optional<Path>> TLS_HOSTS =
      ConfigKey.of(
          "tls.hosts-dir",
          ValueType.optionalPath(),
          "",
          "Directory with certificates for further host names, NAME.crt beside NAME.key, chosen by"
              + " the name a client asks for (SNI); tls.certificate is for all others.");

  static final ConfigKey<ClientAuth> TLS_CLIENT_AUTH =
      ConfigKey.of(
          "tls.client-auth",
          ValueType.oneOf(ClientAuth.class),
          "none",
          "Whether clients are asked for a certificate, which lets them in with EXTERNAL. request:"
              + " those without one log in otherwise. required: they are refused. Needs"
              + " tls.client-ca.");

  static final ConfigKey<Optional<Path>> TLS_CLIENT_CA =
      ConfigKey.of(
          "tls.client-ca",
          ValueType.optionalPath(),
          "",
          "PEM file with the certificates of the authorities that issue clients' certificates.");

  static final ConfigKey<Optional<Path>> TLS_CLIENT_CRL =
      ConfigKey.of(
          "tls.client-crl",
          ValueType.optionalPath(),
          "",
          "File with the authorities' revocation lists, PEM or DER.");

  static final ConfigKey<Optional<Path>> TLS_CLIENT_SERIALS =
      ConfigKey.of(
          "tls.client-revoked-serials",
          ValueType.optionalPath(),
          "",
          "File with serial numbers of revoked clients' certificates, hexadecimal, one a line, #"
              + " begins a comment.");

  static final ConfigKey<Optional<HostPort>> WEBSOCKET_LISTEN =
      ConfigKey.of(
          "websocket.listen",
          ValueType.listener(),
          "off",
          "Where AMQP over WebSocket without TLS is served, at the paths / and /amqp. An address"
              + " that other hosts can reach is refused, see amqp.i-understand-insecure-listener.");

  static final ConfigKey<Optional<HostPort>> WEBSOCKET_TLS_LISTEN =
      ConfigKey.of(
          "websocket.tls-listen",
          ValueType.listener(),
          "off",
          "Where AMQP over WebSocket over TLS is served. Needs tls.certificate.");

  static final ConfigKey<Set<String>> WEBSOCKET_ORIGINS =
      ConfigKey.of(
          "websocket.origins",
          ValueType.origins(),
          "",
          "Origins of the pages that browsers may connect from. All others are refused; programs"
              + " that are no browsers have none, or one that is accepted.");

  static final ConfigKey<Optional<Path>> ACL_FILE =
      ConfigKey.of(
          "acl.file",
          ValueType.optionalPath(),
          "",
          "File with the access rules; none: acl.conf in the data directory. It need not be there:"
              + " then administrators may do everything and others nothing. Watched.");

  static final ConfigKey<Set<Long>> ADMIN_UIDS =
      ConfigKey.of(
          "identity.admin-uids",
          ValueType.uids(),
          "",
          "Users of this host who administer the broker over its Unix sockets, besides the one who"
              + " runs it. Root (0) is none unless listed.");

  static final ConfigKey<Set<String>> ADMIN_CERTIFICATES =
      ConfigKey.of(
          "identity.admin-certificates",
          ValueType.names(),
          "",
          "Clients that administer the broker by their certificate: its URI, DNS name or common"
              + " name, as spiffe://local/ops.");

  static final ConfigKey<Boolean> CERTIFICATE_CN =
      ConfigKey.of(
          "identity.certificate-common-name",
          ValueType.bool(),
          "false",
          "Calls a client whose certificate has neither a URI nor a DNS name by its common name.");

  static final ConfigKey<Optional<Path>> ISSUERS =
      ConfigKey.of(
          "identity.issuers-dir",
          ValueType.optionalPath(),
          "",
          "Directory with the public keys of other issuers whose tokens are taken, NAME.jwks each;"
              + " none: issuers in the data directory. Watched.");

  static final ConfigKey<Duration> TOKEN_GRACE =
      ConfigKey.of(
          "identity.token-grace",
          ValueType.duration(Duration.ofSeconds(1), Duration.ofMinutes(5)),
          "30s",
          "How long a connection whose token has expired stands still and waits for a new one,"
              + " before it is closed.");

  static final ConfigKey<Boolean> REQUIRE_NON_ROOT =
      ConfigKey.of(
          "identity.require-non-root",
          ValueType.bool(),
          "false",
          "Refuse to start as root. Without it, running as root is logged as a warning.");

  static final ConfigKey<Optional<Path>> STORE_KEY_FILE =
      ConfigKey.of(
          "store.key-file",
          ValueType.optionalPath(),
          "",
          "File with the key that opens the stored data, mode 0600; none: secret/kek in the data"
              + " directory. Without it the data is lost, and whoever has it and the data can read"
              + " them.");

  static final ConfigKey<Optional<Long>> STORE_RESERVE =
      ConfigKey.of(
          "store.disk-reserve",
          ValueType.automaticSize(MIB, 1024 * GIB),
          "auto",
          "When less than this is free on the disk, publishes are refused; acknowledging, receiving"
              + " and deleting go on. auto: what the write buffers and the log may need, at most 5 %"
              + " of the file system.");

  static final ConfigKey<Long> STORE_WRITE_BUFFER =
      ConfigKey.of(
          "store.write-buffer",
          ValueType.size(MIB, GIB),
          "32MiB",
          "One write buffer of message bodies; up to four are in memory. At most 1/128 of the file"
              + " system and 1/6 of the reserve is used.");

  static final ConfigKey<Long> STORE_BLOCK_CACHE =
      ConfigKey.of(
          "store.block-cache",
          ValueType.size(MIB, 64 * GIB),
          "64MiB",
          "Cache for reading stored messages, outside the Java heap.");

  static final ConfigKey<Long> STORE_MAX_KEYS =
      ConfigKey.of(
          "store.idempotency-keys",
          ValueType.size(MIB, 64 * GIB),
          "1GiB",
          "Disk space for idempotency keys, 64 bytes each. When it is used up, messages with new"
              + " keys are refused until older ones have outlived their window.");

  static final ConfigKey<AuditSettings.OnFull> AUDIT_ON_FULL =
      ConfigKey.of(
          "audit.on-full",
          ValueType.oneOf(AuditSettings.OnFull.class),
          "deny-admin",
          "What happens when the audit log cannot be written. deny-admin: administration and reading"
              + " of messages are refused, clients go on. stop: the broker ends. drop: everything"
              + " goes on, and how much was not recorded is.");

  static final ConfigKey<Long> AUDIT_MAX_FILE =
      ConfigKey.of(
          "audit.max-file-size",
          ValueType.size(64 * KIB, GIB),
          "64MiB",
          "A file of the audit log that has become as large is followed by a new one, as at midnight"
              + " UTC.");

  static final ConfigKey<Duration> AUDIT_RETENTION =
      ConfigKey.of(
          "audit.retention",
          ValueType.duration(Duration.ofHours(1), Duration.ofDays(3650)),
          "365d",
          "Files of the audit log that were last written longer ago are deleted.");

  static final ConfigKey<Optional<Path>> AUDIT_ANCHOR =
      ConfigKey.of(
          "audit.anchor-file",
          ValueType.optionalPath(),
          "",
          "File that each checkpoint of the audit log is appended to as well; on another disk or"
              + " append-only, it shows when the end of the log was cut off.");

  private ConfigKeys() {}

  /** In the order of the documentation. */
  static List<ConfigKey<?>> all() {
    return Stream.of(general(), LogKeys.all(), WatchKeys.all(), LimitKeys.all())
        .flatMap(List::stream)
        .toList();
  }

  private static List<ConfigKey<?>> general() {
    return List.of(
        DATA_DIR,
        SOCKET_DIR,
        AMQP_LISTEN,
        AMQP_INSECURE,
        AMQP_MAX_FRAME,
        AMQP_MAX_MESSAGE,
        AMQP_STREAM_ABOVE,
        AMQP_IDLE,
        AMQP_CONNECTIONS,
        AMQP_SESSIONS,
        AMQP_LINKS,
        TRANSACTIONS_OPEN,
        TRANSACTIONS_OPERATIONS,
        TRANSACTIONS_SIZE,
        TRANSACTIONS_TOTAL,
        TRANSACTIONS_IDLE,
        TLS_CERTIFICATE,
        TLS_KEY,
        TLS_LISTEN,
        TLS_HOSTS,
        TLS_CLIENT_AUTH,
        TLS_CLIENT_CA,
        TLS_CLIENT_CRL,
        TLS_CLIENT_SERIALS,
        WEBSOCKET_LISTEN,
        WEBSOCKET_TLS_LISTEN,
        WEBSOCKET_ORIGINS,
        ACL_FILE,
        ADMIN_UIDS,
        ADMIN_CERTIFICATES,
        CERTIFICATE_CN,
        ISSUERS,
        TOKEN_GRACE,
        REQUIRE_NON_ROOT,
        STORE_KEY_FILE,
        STORE_RESERVE,
        STORE_WRITE_BUFFER,
        STORE_BLOCK_CACHE,
        STORE_MAX_KEYS,
        AUDIT_ON_FULL,
        AUDIT_MAX_FILE,
        AUDIT_RETENTION,
        AUDIT_ANCHOR);
  }
}
