package dev.holdfast.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.broker.StartException.Code;
import dev.holdfast.broker.config.BrokerConfig;
import dev.holdfast.broker.config.ConfigLoader;
import dev.holdfast.broker.config.HostPort;
import dev.holdfast.broker.config.Surroundings;
import dev.holdfast.broker.management.HttpOverUnix;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerTest {
  private static final String API = "/api/v1";

  @TempDir Path directory;
  private Path sockets;
  private final List<String> settings = new ArrayList<>();

  @BeforeEach
  void defaults() throws IOException {
    // The path of a Unix socket is short.
    sockets = Files.createTempDirectory("hf");
    settings.add("data-dir=" + directory.resolve("data"));
    settings.add("socket-dir=" + sockets);
    settings.add("amqp.listen=127.0.0.1:0");
    settings.add("store.disk-reserve=1MiB");
    settings.add("store.write-buffer=1MiB");
  }

  @AfterEach
  void cleanUp() throws IOException {
    Files.delete(sockets);
  }

  private BrokerConfig config(long uid) throws Exception {
    Surroundings surroundings = new Surroundings(Map.of(), directory, directory, uid);
    List<ConfigLoader.Flag> flags =
        settings.stream()
            .map(s -> s.split("=", 2))
            .map(s -> new ConfigLoader.Flag(s[0], s[1], "--set"))
            .toList();
    return new ConfigLoader(surroundings).load(null, flags);
  }

  private static long ownUid() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  private Broker start() throws Exception {
    return Broker.start(config(ownUid()));
  }

  private StartException refused() {
    StartException e = catchThrowableOfType(StartException.class, this::start);
    assertThat(e).as("refused").isNotNull();
    assertThat(sockets).as("nothing is left behind").isEmptyDirectory();
    return e;
  }

  @Test
  void servesOnEveryListenerAndKeepsWhatItWasGiven() throws Exception {
    try (Broker broker = start()) {
      HostPort amqp = broker.amqpAddress().orElseThrow();
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(amqp.host(), amqp.port()));
        socket.getOutputStream().write(new byte[] {'A', 'M', 'Q', 'P', 3, 1, 0, 0});
        assertThat(socket.getInputStream().readNBytes(8))
            .containsExactly('A', 'M', 'Q', 'P', 3, 1, 0, 0);
      }
      assertThat(broker.socketPath()).exists();
      HttpOverUnix http = new HttpOverUnix(broker.adminPath());
      HttpOverUnix.Answer status = http.call("GET", API + "/status", "");
      assertThat(status.body().path("listeners").findValuesAsText("protocol"))
          .containsExactly("amqp", "amqp+unix", "http+unix");
      assertThat(http.call("GET", "/readyz", "").status()).isEqualTo(200);
      http.call("POST", API + "/queues", "{\"name\":\"orders\"}");
      http.call("POST", API + "/queues/orders/messages", "{\"body\":{\"text\":\"kept\"}}");
      http.call("POST", API + "/users", "{\"name\":\"alice\"}");
    }
    assertThat(sockets).isEmptyDirectory();
    try (Broker broker = start()) {
      HttpOverUnix http = new HttpOverUnix(broker.adminPath());
      HttpOverUnix.Answer taken = http.call("POST", API + "/queues/orders/receive", "");
      assertThat(taken.body().path("messages").path(0).path("body").path("text").asText())
          .isEqualTo("kept");
      assertThat(http.call("GET", API + "/users", "").body().path("users").size()).isEqualTo(1);
    }
  }

  @Test
  void everyQueueOperationWorksAgainstTheRealOwner() throws Exception {
    try (Broker broker = start()) {
      HttpOverUnix http = new HttpOverUnix(broker.adminPath());
      http.call("POST", API + "/queues", "{\"name\":\"q\",\"maxDeliveries\":2}");
      for (int i = 0; i < 20; i++) {
        http.call("POST", API + "/queues/q/messages", "{\"body\":{\"text\":\"m" + i + "\"}}");
      }
      assertThat(
              http.call("GET", API + "/queues/q/messages?limit=15", "")
                  .body()
                  .findValuesAsText("text"))
          .hasSize(15)
          .startsWith("m0", "m1")
          .endsWith("m14");
      assertThat(
              http.call("POST", API + "/queues/q/receive?limit=3&ack=false", "")
                  .body()
                  .findValuesAsText("text"))
          .containsExactly("m0", "m1", "m2");
      assertThat(
              http.call("POST", API + "/queues/q/receive?limit=6", "")
                  .body()
                  .findValuesAsText("text"))
          .containsExactly("m0", "m1", "m2", "m3", "m4", "m5");
      HttpOverUnix.Answer info = http.call("GET", API + "/queues/q", "");
      assertThat(info.body().path("messages").asInt()).isEqualTo(14);
      assertThat(info.body().path("maxDeliveries").asInt()).isEqualTo(2);
      assertThat(http.call("POST", API + "/queues/q/purge", "").body().path("purged").asInt())
          .isEqualTo(14);
      assertThat(http.call("DELETE", API + "/queues/q", "").status()).isEqualTo(200);
      assertThat(http.call("GET", API + "/queues/q", "").code()).isEqualTo("not-found");
      assertThat(http.call("POST", API + "/queues", "{\"name\":\"a#\"}").code())
          .isEqualTo("invalid");
    }
  }

  @Test
  void closesAnEmptyDataDirectoryAndRefusesAnOpenOne() throws Exception {
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    start().close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
        .isEqualTo("rwx------");
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-x---"));
    assertThat(refused()).hasMessageStartingWith("HF-START-PERMS: ").hasMessageContaining("chmod");
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    Path users = data.resolve("users");
    Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(refused().code()).isEqualTo(Code.PERMS);
    Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(users, "rubbish");
    assertThat(refused().code()).isEqualTo(Code.USERS);
  }

  @Test
  void refusesADataDirectoryOfSomebodyElse() throws Exception {
    Files.createDirectory(directory.resolve("data"));
    StartException e =
        catchThrowableOfType(StartException.class, () -> Broker.start(config(ownUid() + 1)));
    assertThat(e.code()).isEqualTo(Code.PERMS);
    assertThat(e).hasMessageContaining("belongs to uid " + ownUid());
  }

  @Test
  void refusesADataDirectoryInUse() throws Exception {
    try (Broker broker = start()) {
      assertThat(broker.adminPath()).exists();
      settings.set(1, "socket-dir=" + directory.resolve("s"));
      StartException e = catchThrowableOfType(StartException.class, this::start);
      assertThat(e.code()).isEqualTo(Code.LOCKED);
    }
  }

  @Test
  void refusesAListenerThatOthersCanReachWithoutTls() throws Exception {
    settings.add("amqp.listen=0.0.0.0:0");
    assertThat(refused())
        .hasMessageStartingWith("HF-START-INSECURE-LISTENER: amqp.listen = 0.0.0.0:0 ");
    settings.set(settings.size() - 1, "websocket.listen=0.0.0.0:0");
    assertThat(refused())
        .hasMessageStartingWith("HF-START-INSECURE-LISTENER: websocket.listen = 0.0.0.0:0 ")
        .hasMessageContaining("websocket.tls-listen");
    settings.add("amqp.i-understand-insecure-listener=true");
    start().close();
  }

  @Test
  void refusesRootWhereItIsNotWanted() throws Exception {
    settings.add("identity.require-non-root=true");
    StartException e = catchThrowableOfType(StartException.class, () -> Broker.start(config(0)));
    assertThat(e.code()).isEqualTo(Code.ROOT);
  }

  @Test
  void saysWhatIsInTheWay() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      settings.add("amqp.listen=127.0.0.1:" + taken.getLocalPort());
      assertThat(refused())
          .hasMessageStartingWith("HF-START-LISTEN: AMQP cannot be served at 127.0.0.1:")
          .hasMessageContaining(Integer.toString(taken.getLocalPort()));
    }
    settings.add("amqp.listen=127.0.0.1:0");
    Path inTheWay = Files.writeString(sockets.resolve("admin.sock"), "");
    StartException e = catchThrowableOfType(StartException.class, this::start);
    Files.delete(inTheWay);
    assertThat(e).hasMessageContaining("is not a socket");
    settings.add("tls.certificate=" + directory.resolve("c.pem"));
    settings.add("tls.private-key=" + directory.resolve("k.pem"));
    assertThat(refused()).hasMessageContaining(".pem does not exist");
    Files.writeString(directory.resolve("c.pem"), "no certificate");
    Files.writeString(directory.resolve("k.pem"), "no key");
    assertThat(refused().code()).isEqualTo(Code.TLS);
  }

  @Test
  void worksWithoutTcp() throws Exception {
    settings.add("amqp.listen=off");
    try (Broker broker = start()) {
      assertThat(broker.amqpAddress()).isEmpty();
      assertThat(broker.socketPath()).exists();
      broker.close();
      broker.close();
    }
  }

  @Test
  void commandsFindABrokerWithSocketsElsewhere() throws Exception {
    Path usual = directory.resolve("usual");
    try (Broker broker = start()) {
      Discovery discovery = new Discovery(usual, broker.adminPath());
      discovery.announce();
      Path link = usual.resolve("admin.sock");
      assertThat(new HttpOverUnix(link).call("GET", "/healthz", "").status()).isEqualTo(200);
      Discovery other = new Discovery(usual, directory.resolve("other.sock"));
      other.clear();
      other.announce();
      other.withdraw();
      assertThat(Files.readSymbolicLink(link)).isEqualTo(broker.adminPath());
      broker.close();
      other.clear();
      assertThat(link).as("a link that leads nowhere").doesNotExist();
    }
  }
}
