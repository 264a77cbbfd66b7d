package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Login;
import dev.holdfast.it.wire.Messages;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who gets in, and what strangers get to see. */
class CredentialsIT {
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;

  @BeforeAll
  static void start() {
    broker = BrokerProcess.start(BrokerOptions.in(SCRATCH));
    broker.api().createQueue("private");
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  private static AmqpClient login(String user, String password) throws IOException {
    return AmqpClient.connect(broker.ready().tcp(), new Login.Plain(user, password));
  }

  @Test
  void anAdministratorMaySendAndReceive() throws IOException {
    TestUser user = TestUser.chosen(broker.cli(), "boss", "correct horse", "--role", "admin");
    try (AmqpClient client = login(user.name(), user.password())) {
      assertThat(client.sender("private").sendAndWait(Messages.text("hello")))
          .isInstanceOf(Accepted.class);
      AmqpReceiver.Received received = client.receiver("private").receive(20_000).orElseThrow();
      assertThat(Messages.textOf(received.bytes())).isEqualTo("hello");
      received.accept();
      client.pump(0);
    }
  }

  @Test
  void aUserWithoutRoleIsRefusedEverything() throws IOException {
    TestUser user = TestUser.chosen(broker.cli(), "nobody", "correct horse");
    try (AmqpClient client = login(user.name(), user.password())) {
      AmqpSender sender = client.sender("private");
      AmqpReceiver receiver = client.receiver("private");
      client.until("refusals", () -> sender.error().getCondition() != null);
      client.until("refusals", () -> receiver.error().getCondition() != null);
      assertThat(sender.error().getCondition().toString()).isEqualTo("amqp:unauthorized-access");
      assertThat(receiver.error().getCondition().toString()).isEqualTo("amqp:unauthorized-access");
    }
  }

  @Test
  void aWrongPasswordAndARemovedUserAreRefused() throws IOException {
    TestUser.chosen(broker.cli(), "leaver", "correct horse", "--role", "admin");
    assertThatThrownBy(() -> login("leaver", "wrong")).isInstanceOf(IOException.class);
    login("leaver", "correct horse").close();
    Command.Result changed =
        broker.cli().runWith("new secret words\n", "user", "passwd", "leaver", "--password-stdin");
    assertThat(changed.exitCode()).as(changed.all()).isZero();
    assertThatThrownBy(() -> login("leaver", "correct horse")).isInstanceOf(IOException.class);
    login("leaver", "new secret words").close();
    broker.cli().ok("user", "rm", "leaver");
    assertThatThrownBy(() -> login("leaver", "new secret words")).isInstanceOf(IOException.class);
  }

  @Test
  void usersSurviveARestartAndAreStoredWithoutTheirPasswords() throws IOException {
    try (Scratch scratch = Scratch.create()) {
      try (BrokerProcess first = BrokerProcess.start(BrokerOptions.in(scratch))) {
        TestUser.chosen(first.cli(), "lasting", "canary-7f3a9 words", "--role", "admin");
        first.api().createQueue("sealed");
        first.cli().ok("msg", "send", "sealed", "canary-b0d1e5 body");
        assertThat(first.terminate()).isZero();
      }
      assertThat(filesContaining(scratch.data(), "canary-")).isEmpty();
      try (BrokerProcess second = BrokerProcess.start(BrokerOptions.in(scratch))) {
        AmqpClient.connect(second.ready().tcp(), new Login.Plain("lasting", "canary-7f3a9 words"))
            .close();
        assertThat(second.logText()).doesNotContain("canary-");
      }
    }
  }

  private static List<Path> filesContaining(Path root, String text) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).filter(file -> contains(file, text)).toList();
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1)
          .contains(text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void nothingListensBeyondLoopback() throws IOException {
    Path sockets = Path.of("/proc/" + broker.ready().pid() + "/net/tcp");
    List<String> inodes = socketInodes();
    for (Path table : List.of(sockets, sockets.resolveSibling("tcp6"))) {
      for (String line : Files.readAllLines(table)) {
        String[] fields = line.trim().split("\\s+");
        boolean listens = fields.length > 9 && fields[3].equals("0A") && inodes.contains(fields[9]);
        if (listens) {
          assertThat(fields[1])
              .as("local address of a listener")
              .matches("(0100007F|0{24}01000000|0{16}FFFF00000100007F):.*");
        }
      }
    }
  }

  private static List<String> socketInodes() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + broker.ready().pid() + "/fd"))) {
      return open.map(CredentialsIT::target)
          .filter(target -> target.startsWith("socket:["))
          .map(target -> target.substring(8, target.length() - 1))
          .toList();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      // Closed since the directory was listed.
      return "";
    }
  }

  @Test
  void filesAndSocketsAreGuarded() throws IOException {
    assertThat(mode(SCRATCH.data())).isEqualTo("rwx------");
    assertThat(mode(SCRATCH.sockets())).isEqualTo("rwxr-x---");
    assertThat(mode(broker.ready().socket())).isEqualTo("rw-rw----");
    assertThat(mode(broker.ready().admin())).isEqualTo("rw-rw----");
    try (Stream<Path> files = Files.walk(SCRATCH.data())) {
      for (Path file : files.toList()) {
        assertThat(mode(file)).as("mode of %s", file).endsWith("------");
      }
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void theKernelsWordIsTakenForTheOwner() throws IOException {
    UnixDomainSocketAddress socket = UnixDomainSocketAddress.of(broker.ready().socket());
    for (Login login : List.of(new Login.External(), new Login.Anonymous())) {
      try (AmqpClient client = AmqpClient.connect(socket, login)) {
        assertThat(client.sender("private").open()).as("%s", login).isTrue();
      }
    }
  }

  @Test
  void anotherUidHasNoRights() throws IOException {
    // Only root can become somebody else. For anybody else the socket's directory is the border,
    // which filesAndSocketsAreGuarded checks.
    if (!"root".equals(System.getProperty("user.name"))) {
      return;
    }
    Path admin = broker.ready().admin();
    assertThat(asStranger("--clear-groups", admin))
        .as("stopped by the directory")
        .contains("Errno 13");
    String group = "--groups=" + Files.getAttribute(SCRATCH.sockets(), "unix:gid");
    assertThat(asStranger(group, admin))
        .as("let in by the directory's group, with a name and no rights")
        .contains("403")
        .contains("uid:65533");
    assertThat(asStranger(group, broker.ready().socket())).contains("AMQP");
  }

  /** What a request gets that another user sends. */
  private static String asStranger(String groups, Path socket) {
    String request =
        socket.equals(broker.ready().admin())
            ? "GET /api/v1/queues HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n"
            : "AMQP\\x03\\x01\\x00\\x00";
    String script =
        "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b'"
            + request
            + "'); print(s.recv(65536)); print(s.recv(65536))";
    Command.Result result =
        Command.run(
            List.of(
                "setpriv",
                "--reuid=65533",
                "--regid=65533",
                groups,
                "/usr/bin/python3",
                "-c",
                script,
                socket.toString()));
    return result.all();
  }
}
