package dev.holdfast.broker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets commands find a broker whose sockets are not at the default place: a link there, to its
 * admin socket. A convenience: what goes wrong here is logged and otherwise of no consequence.
 *
 * <p>One thread at a time.
 */
final class Discovery {
  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

  private final Path link;
  private final Path target;

  Discovery(Path defaultSocketDirectory, Path adminSocket) {
    this.link = defaultSocketDirectory.resolve("admin.sock");
    this.target = adminSocket;
  }

  /**
   * Before the sockets are made: takes away a link that an earlier broker has left, so that a
   * socket can have its place.
   */
  void clear() {
    try {
      if (Files.isSymbolicLink(link) && !answers(link)) {
        Files.delete(link);
      }
    } catch (IOException e) {
      LOG.debug("{} stays: {}", link, e.toString());
    }
  }

  /** When ready: makes the link, unless another broker is to be found there. */
  void announce() {
    if (link.equals(target)) {
      return;
    }
    try {
      if (Files.exists(link, LinkOption.NOFOLLOW_LINKS) && answers(link)) {
        return;
      }
      Path directory = link.getParent();
      if (directory != null && !Files.exists(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
      }
      Path fresh = link.resolveSibling("admin.sock." + ProcessHandle.current().pid());
      Files.deleteIfExists(fresh);
      Files.createSymbolicLink(fresh, target);
      Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("No link at {}: {}", link, e.toString());
    }
  }

  /** At the end: takes away the link, if it is still this broker's. */
  void withdraw() {
    try {
      if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(target)) {
        Files.delete(link);
      }
    } catch (IOException e) {
      LOG.debug("{} stays: {}", link, e.toString());
    }
  }

  private static boolean answers(Path socket) {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false;
    }
  }
}
