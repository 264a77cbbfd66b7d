package dev.holdfast.broker;

import dev.holdfast.broker.StartException.Code;
import dev.holdfast.broker.config.BrokerConfig;
import dev.holdfast.broker.config.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What must hold before anything is opened (docs/security.md). */
final class StartChecks {
  private static final Logger LOG = LoggerFactory.getLogger(StartChecks.class);
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private StartChecks() {}

  static void check(BrokerConfig config) throws StartException {
    checkRoot(config.identity());
    boolean insecure = config.amqp().insecureListenerAllowed();
    checkListener("amqp.listen", config.amqp().listen(), "tls.listen", insecure);
    checkListener(
        "websocket.listen", config.webSocket().listen(), "websocket.tls-listen", insecure);
    checkDataDirectory(config.dataDirectory(), config.identity().ownUid());
  }

  private static void checkRoot(BrokerConfig.Identity identity) throws StartException {
    if (identity.ownUid() != 0) {
      return;
    }
    if (identity.rootRefused()) {
      throw new StartException(
          Code.ROOT,
          "the broker runs as root, which identity.require-non-root forbids; start it as another"
              + " user");
    }
    LOG.warn("Running as root: a fault of the broker can harm the whole host. Use another user.");
  }

  private static void checkListener(
      String key, Optional<HostPort> listen, String encryptedKey, boolean insecureAllowed)
      throws StartException {
    Optional<HostPort> exposed = listen.filter(at -> !at.loopback());
    if (exposed.isEmpty()) {
      return;
    }
    if (!insecureAllowed) {
      throw new StartException(
          Code.INSECURE_LISTENER,
          key
              + " = "
              + exposed.get()
              + " can be reached from other hosts without TLS; listen on 127.0.0.1, or set"
              + " tls.certificate, tls.private-key and "
              + encryptedKey
              + " with "
              + key
              + " = off, or accept the risk with amqp.i-understand-insecure-listener = true");
    }
    LOG.warn(
        "{} can be reached from other hosts without TLS: messages travel in the clear. Allowed by"
            + " amqp.i-understand-insecure-listener.",
        exposed.get());
  }

  private static void checkDataDirectory(Path directory, long ownUid) throws StartException {
    try {
      if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
        Path parent = directory.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
        return;
      }
      checkExisting(directory, ownUid);
    } catch (IOException e) {
      throw new StartException(
          Code.PERMS, "the data directory " + directory + " cannot be made or looked at: " + e, e);
    }
  }

  private static void checkExisting(Path directory, long ownUid)
      throws IOException, StartException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new StartException(
          Code.PERMS,
          "the data directory " + directory + " is no directory; name the real one in data-dir");
    }
    long owner =
        ((Integer) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue()
            & 0xFFFF_FFFFL;
    if (owner != ownUid) {
      throw new StartException(
          Code.PERMS,
          "the data directory "
              + directory
              + " belongs to uid "
              + owner
              + " and the broker runs as uid "
              + ownUid
              + "; run it as its owner, or chown it");
    }
    Set<PosixFilePermission> mode =
        Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
    if (PRIVATE.containsAll(mode)) {
      return;
    }
    if (!empty(directory)) {
      throw new StartException(
          Code.PERMS,
          "other users can get into the data directory "
              + directory
              + " (mode "
              + PosixFilePermissions.toString(mode)
              + "); run chmod 700 "
              + directory);
    }
    // Nothing is in it yet that anybody could have read or planted.
    Files.setPosixFilePermissions(directory, PRIVATE);
    LOG.info("Closed the empty data directory {} to other users (mode 0700)", directory);
  }

  private static boolean empty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }
}
