package dev.holdfast.broker.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketPathTest {

  @TempDir Path temp;

  private static ServerSocketChannel bind(Path path) throws Exception {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(path));
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void makesADirectoryThatOpensToTheGroupOnlyAfterTheBind() throws Exception {
    Path socket = temp.resolve("run/amqp.sock");
    UnixSocketPath prepared = UnixSocketPath.prepare(socket);
    assertThat(mode(socket.getParent())).isEqualTo("rwx------");
    try (ServerSocketChannel server = bind(prepared.path())) {
      prepared.secure();
      assertThat(server.isOpen()).isTrue();
      assertThat(mode(socket)).isEqualTo("rw-rw----");
      assertThat(mode(socket.getParent())).isEqualTo("rwxr-x---");
    }
    prepared.remove();
    assertThat(socket).doesNotExist();
  }

  @Test
  void leavesTheModeOfAnExistingDirectoryAlone() throws Exception {
    Path dir = Files.createDirectory(temp.resolve("mine"));
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
    UnixSocketPath prepared = UnixSocketPath.prepare(dir.resolve("amqp.sock"));
    try (ServerSocketChannel server = bind(prepared.path())) {
      prepared.secure();
      assertThat(server.isOpen()).isTrue();
      assertThat(mode(dir)).isEqualTo("rwx------");
    }
  }

  @Test
  void removesAStaleSocket() throws Exception {
    Path socket = temp.resolve("amqp.sock");
    bind(socket).close();
    assertThat(Files.exists(socket)).isTrue();
    UnixSocketPath.prepare(socket);
    assertThat(socket).doesNotExist();
  }

  @Test
  void refusesWhenSomebodyAnswers() throws Exception {
    Path socket = temp.resolve("amqp.sock");
    try (ServerSocketChannel running = bind(socket)) {
      assertThat(running.isOpen()).isTrue();
      assertThatThrownBy(() -> UnixSocketPath.prepare(socket))
          .isInstanceOf(UnixSocketException.class)
          .hasMessageContaining("another broker is running");
      assertThat(Files.exists(socket)).isTrue();
    }
  }

  @Test
  void refusesPlacesThatOthersControl() throws Exception {
    Path open = Files.createDirectory(temp.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> UnixSocketPath.prepare(open.resolve("a.sock")))
        .hasMessageContaining("writable by other users");

    Path real = Files.createDirectory(temp.resolve("real"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), real);
    assertThatThrownBy(() -> UnixSocketPath.prepare(link.resolve("a.sock")))
        .hasMessageContaining("symbolic link");

    Path file = Files.writeString(temp.resolve("file"), "kept");
    assertThatThrownBy(() -> UnixSocketPath.prepare(file)).hasMessageContaining("not a socket");
    assertThat(Files.readString(file)).isEqualTo("kept");
    Path aside = Files.createSymbolicLink(real.resolve("b.sock"), file);
    assertThatThrownBy(() -> UnixSocketPath.prepare(aside)).hasMessageContaining("not a socket");
  }

  @Test
  void saysWhenThePathIsTooLong() {
    assertThatThrownBy(() -> UnixSocketPath.prepare(temp.resolve("d".repeat(110))))
        .isInstanceOf(UnixSocketException.class)
        .hasMessageContaining("shorter socket directory");
  }

  @Test
  void doesNotUnlinkAnothersSocket() throws Exception {
    Path socket = temp.resolve("amqp.sock");
    UnixSocketPath prepared = UnixSocketPath.prepare(socket);
    ServerSocketChannel first = bind(socket);
    prepared.secure();
    first.close();
    // A second inode keeps the first one's number from being used again.
    Path other = temp.resolve("other.sock");
    try (ServerSocketChannel second = bind(other)) {
      Files.move(other, socket, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      prepared.remove();
      assertThat(second.isOpen()).isTrue();
      assertThat(Files.exists(socket)).isTrue();
    }
  }
}
