package dev.holdfast.broker.net;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening Unix socket, from before the bind until after the close.
 *
 * <p>The file is born with the umask's permissions, so it is made in a directory nobody else can
 * enter, and both are opened to the group only when the file has its final mode. Methods do file
 * I/O: not on an event loop. Not thread-safe; one owner calls {@link #prepare}, binds, {@link
 * #secure}, and at the end {@link #remove}.
 */
public final class UnixSocketPath {

  /** Bytes that {@code sockaddr_un.sun_path} holds, its end mark included. */
  private static final int SUN_PATH_BYTES = 108;

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwxr-x---");
  private static final Set<PosixFilePermission> SOCKET =
      PosixFilePermissions.fromString("rw-rw----");

  private final Path socket;
  private final Path directory;
  private final boolean madeDirectory;
  private @Nullable Object boundFile;

  private UnixSocketPath(Path socket, Path directory, boolean madeDirectory) {
    this.socket = socket;
    this.directory = directory;
    this.madeDirectory = madeDirectory;
  }

  /**
   * Makes the place ready for a bind: the directory exists (0700 when made here), is no symbolic
   * link and not writable by others, and no stale socket is in the way.
   *
   * @throws UnixSocketException when the place is not acceptable or another broker answers there
   */
  public static UnixSocketPath prepare(Path socket) throws IOException {
    Path absolute = socket.toAbsolutePath().normalize();
    Path directory = absolute.getParent();
    if (directory == null) {
      throw new UnixSocketException("socket path " + absolute + " names no file");
    }
    int bytes = absolute.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes >= SUN_PATH_BYTES) {
      throw new UnixSocketException(
          "socket path "
              + absolute
              + " has "
              + bytes
              + " bytes, the system takes "
              + (SUN_PATH_BYTES - 1)
              + "; choose a shorter socket directory");
    }
    boolean made = makeDirectory(directory);
    checkDirectory(directory);
    removeStale(absolute);
    return new UnixSocketPath(absolute, directory, made);
  }

  /** The absolute path to bind. */
  public Path path() {
    return socket;
  }

  /** After the bind: socket 0660, and the directory 0750 when it was made here. */
  public void secure() throws IOException {
    Files.setPosixFilePermissions(socket, SOCKET);
    boundFile = attributes(socket).fileKey();
    if (madeDirectory) {
      Files.setPosixFilePermissions(directory, DIRECTORY);
    }
  }

  /** After the close: unlinks the socket, unless another has taken its place. */
  public void remove() throws IOException {
    if (boundFile != null
        && Files.exists(socket, LinkOption.NOFOLLOW_LINKS)
        && boundFile.equals(attributes(socket).fileKey())) {
      Files.deleteIfExists(socket);
    }
    boundFile = null;
  }

  private static boolean makeDirectory(Path directory) throws IOException {
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
    return true;
  }

  private static void checkDirectory(Path directory) throws IOException {
    if (Files.isSymbolicLink(directory)) {
      throw new UnixSocketException(
          "socket directory " + directory + " is a symbolic link; name the real directory");
    }
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new UnixSocketException("socket directory " + directory + " is not a directory");
    }
    if (Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS)
        .contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new UnixSocketException(
          "socket directory "
              + directory
              + " is writable by other users, who could replace the socket; run chmod o-w on it or"
              + " choose another");
    }
  }

  private static void removeStale(Path socket) throws IOException {
    if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!attributes(socket).isOther()) {
      throw new UnixSocketException(
          socket + " exists and is not a socket; move it away or choose another path");
    }
    if (answers(socket)) {
      throw new UnixSocketException(
          "another broker is running: " + socket + " answers; stop it or choose another path");
    }
    Files.deleteIfExists(socket);
  }

  private static boolean answers(Path socket) throws IOException {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(socket));
    } catch (ConnectException refused) {
      return false;
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
