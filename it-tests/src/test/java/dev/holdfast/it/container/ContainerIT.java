package dev.holdfast.it.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.broker.tls.TestCa;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The image, built from scratch, and what docs/container.md promises of it. */
class ContainerIT {
  private static final long MOST_BYTES = 150_000_000;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Everything that can be taken from a container, and the neighbours as well. */
  private static final List<String> HARDENED =
      List.of(
          ("--network none --memory 400m --memory-swap 400m --read-only --cap-drop ALL"
                  + " --security-opt no-new-privileges --tmpfs /tmp:uid=10001,gid=10001")
              .split(" "));

  private static final String DATA = "data:/var/lib/holdfast";
  private static final String SOCKETS = "sockets:/run/holdfast";

  @SuppressWarnings("NullAway.Init")
  private static DockerDaemon docker;

  @BeforeAll
  static void build() {
    docker = DockerDaemon.start();
    docker.build();
  }

  @AfterAll
  static void stop() {
    if (docker != null) {
      docker.close();
    }
  }

  @AfterEach
  void removeContainersAndVolumes() {
    String containers = docker.ok("ps", "--all", "--quiet");
    for (String container : containers.split("\\s+")) {
      docker.run("rm", "--force", "--volumes", container);
    }
    docker.run("volume", "rm", "data", "sockets");
  }

  /** A broker in container {@code broker}, once it is healthy. */
  private static void broker(String... options) {
    List<String> command = new ArrayList<>(HARDENED);
    command.addAll(List.of("--volume", DATA, "--volume", SOCKETS));
    command.addAll(List.of(options));
    command.add("holdfast");
    start("broker", command);
    becomesHealthy();
  }

  private static void becomesHealthy() {
    await()
        .atMost(LIMIT)
        .until(
            () -> !inspect("{{.State.Health.Status}} {{.State.Status}}").matches("starting r.*"));
    assertThat(inspect("{{.State.Health.Status}}"))
        .as(docker.run("logs", "broker").all())
        .isEqualTo("healthy");
  }

  private static String inspect(String format) {
    return docker.ok("inspect", "--format", format, "broker");
  }

  /** The command line inside the broker's container. */
  private static String holdfast(String... arguments) {
    List<String> command = new ArrayList<>(List.of("exec", "broker", "holdfast"));
    command.addAll(List.of(arguments));
    return docker.ok(command.toArray(String[]::new));
  }

  private static int execute(String... command) {
    List<String> all = new ArrayList<>(List.of("exec", "broker"));
    all.addAll(List.of(command));
    return docker.run(all.toArray(String[]::new)).exitCode();
  }

  private static String[] neighbour(String user, String... arguments) {
    List<String> command = new ArrayList<>(List.of("run", "--rm", "--user", user));
    command.addAll(HARDENED);
    command.addAll(List.of("--volume", SOCKETS, "holdfast"));
    command.addAll(List.of(arguments));
    return command.toArray(String[]::new);
  }

  @Test
  void itIsSmallAndHasNothingItDoesNotNeed() {
    assertThat(Long.parseLong(docker.ok("image", "inspect", "--format", "{{.Size}}", "holdfast")))
        .isLessThanOrEqualTo(MOST_BYTES);
    broker();
    String status = docker.ok("exec", "broker", "cat", "/proc/1/status");
    assertThat(status)
        .containsPattern("Uid:\\s+10001\\s+10001\\s+10001\\s+10001")
        .containsPattern("Gid:\\s+10001\\s+10001\\s+10001\\s+10001")
        .containsPattern("CapPrm:\\s+0000000000000000")
        .containsPattern("CapEff:\\s+0000000000000000")
        .containsPattern("CapBnd:\\s+0000000000000000")
        .containsPattern("NoNewPrivs:\\s+1");
    assertThat(execute("touch", "/opt/x")).isNotZero();
    assertThat(
            docker
                .run("exec", "broker", "find", "/", "-xdev", "-type", "f", "-perm", "/6000")
                .out())
        .isEmpty();
    assertThat(docker.ok("exec", "broker", "ls", "/opt/holdfast/lib/native").split("\\s+"))
        .hasSize(2);
    assertThat(docker.ok("exec", "broker", "cat", "/proc/1/maps"))
        .as("the archive of classes is in use")
        .contains("/opt/holdfast/lib/cds/broker-");
    assertThat(docker.run("logs", "broker").all()).doesNotContain("[error]", "[warning]");
  }

  @Test
  void itsHealthIsAskedWithoutAnotherJavaAndNoPasswordCameAlong() {
    broker();
    assertThat(holdfast("-o", "json", "user", "list")).contains("\"users\" : [ ]");
    assertThat(docker.ok("image", "inspect", "--format", "{{.Config.Env}}", "holdfast"))
        .doesNotContainIgnoringCase("pass");
    assertThat(inspect("{{(index .State.Health.Log 0).Output}}")).doesNotContain("java");
    for (String probe : new String[] {"readyz", "healthz"}) {
      assertThat(
              execute(
                  "env",
                  "HOLDFAST_JAVA_HOME=/none",
                  "PATH=/usr/local/bin:/usr/bin:/bin",
                  "health.sh",
                  probe))
          .as(probe)
          .isZero();
    }
    assertThat(execute("env", "HOLDFAST_URL=unix:///run/holdfast/none.sock", "health.sh"))
        .isEqualTo(1);
  }

  @Test
  void whatIsStoredOutlivesAKillAndAnotherContainer() {
    broker("--hostname", "one");
    holdfast("queue", "create", "q");
    holdfast("msg", "send", "q", "kept");
    docker.ok("kill", "--signal", "KILL", "broker");
    assertThat(inspect("{{.State.ExitCode}}")).isEqualTo("137");
    docker.ok("start", "broker");
    becomesHealthy();
    assertThat(holdfast("msg", "peek", "q")).contains("kept");
    docker.ok("stop", "--time", "60", "broker");
    assertThat(inspect("{{.State.ExitCode}} {{.State.OOMKilled}}"))
        .as("the end by SIGTERM")
        .isEqualTo("0 false");
    docker.ok("rm", "broker");
    broker("--hostname", "another");
    assertThat(holdfast("msg", "peek", "q")).contains("kept");
  }

  @Test
  void aNeighbourReachesItThroughTheSocketAndMayDoWhatItsUidMay() {
    broker();
    holdfast("queue", "create", "orders");
    String[] send = neighbour("10002:10001", "msg", "send", "orders", "two coffees");
    assertThat(docker.run(send).exitCode()).as("denied").isEqualTo(4);
    holdfast("acl", "grant", "uid:10002", "send", "queue:orders");
    docker.ok(send);
    assertThat(docker.run(neighbour("10002:10001", "msg", "recv", "orders")).exitCode())
        .isEqualTo(4);
    assertThat(docker.run(neighbour("10003:10003", "status")).exitCode())
        .as("not of the group that may enter the directory")
        .isEqualTo(5);
    assertThat(holdfast("msg", "recv", "orders", "--body-only")).isEqualTo("two coffees");
  }

  /** 80 MB of messages, much more than fits the young generation, in 400 MB for everything. */
  @Test
  void itStaysWithinItsMemory() {
    broker();
    docker.ok(neighbour("10001:10001", "bench", "send", "--messages", "5000", "--size", "16384"));
    assertThat(inspect("{{.State.Status}} {{.State.OOMKilled}} {{.HostConfig.Memory}}"))
        .isEqualTo("running false " + (400L << 20));
    assertThat(execute("health.sh")).isZero();
  }

  @Test
  void itsKeyCanBeAFileFromOutside() throws IOException {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    Path file = Files.createDirectories(docker.files()).resolve("kek");
    Files.write(file, key);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    Files.setAttribute(file, "unix:uid", 10001);
    broker(
        "--volume",
        file + ":/run/secrets/kek:ro",
        "--env",
        "HOLDFAST_STORE_KEY_FILE=/run/secrets/kek");
    assertThat(execute("test", "-e", "/var/lib/holdfast/secret")).isNotZero();
    holdfast("queue", "create", "q");
  }

  /** Written by the image of the first version; {@code reserve} left out, which is only filling. */
  @Test
  void aVolumeOfAnOlderImageStillOpens() {
    byte[] volume;
    try (InputStream in = ContainerIT.class.getResourceAsStream("/container/volume-0.1.0.tar.gz")) {
      volume = Objects.requireNonNull(in).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String[] unpack =
        ("run --rm --interactive --network none --user 0 --volume "
                + DATA
                + " --entrypoint tar holdfast -C /var/lib/holdfast -xzf -")
            .split(" ");
    assertThat(docker.feed(volume, unpack).exitCode()).isZero();
    broker();
    assertThat(holdfast("msg", "peek", "orders", "--limit", "5")).contains("order 2", "order 3");
    assertThat(holdfast("msg", "peek", "orders/$dead-letter")).contains("order 1");
    assertThat(holdfast("sub", "list", "prices")).contains("billing");
    assertThat(holdfast("user", "list")).contains("shop");
    assertThat(holdfast("acl", "list")).contains("uid:10002");
    holdfast("msg", "send", "orders", "order 4");
  }

  /** The two services of {@code compose.yaml} and what they need, as Compose runs them. */
  @Test
  void theSampleOfComposeRuns() {
    start("broker", ShippedFiles.compose(ShippedFiles.service("broker")));
    becomesHealthy();
    List<String> setup = new ArrayList<>(List.of("run", "--rm"));
    setup.addAll(ShippedFiles.compose(ShippedFiles.service("setup")));
    docker.ok(setup.toArray(String[]::new));
    start("producer", ShippedFiles.compose(ShippedFiles.service("producer")));
    start("consumer", ShippedFiles.compose(ShippedFiles.service("consumer")));
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(docker.ok("logs", "consumer")).contains("order 1"));
    docker.ok("stop", "--time", "60", "producer");
    assertThat(docker.ok("inspect", "--format", "{{.State.ExitCode}}", "producer")).isEqualTo("0");
  }

  /**
   * The pod's container on directories with the owners and modes that a kubelet gives them: of root
   * and the pod's group, secrets behind symbolic links.
   */
  @Test
  void theStatefulSetStartsOnVolumesAsKubernetesLaysThem() throws IOException {
    Map<String, Path> volumes = new HashMap<>();
    for (String name : List.of("data", "sockets", "tmp", "key", "tls")) {
      Path volume = Files.createDirectories(docker.files().resolve(name));
      volumes.put(name, volume);
      Files.setAttribute(volume, "unix:gid", 10001);
      Files.setAttribute(volume, "unix:mode", name.equals("data") ? 02775 : 02777);
    }
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    secret(docker.files().resolve("key"), "kek", key);
    TestCa.Issued server =
        TestCa.create("Holdfast test").request("holdfast").dns("holdfast").issue();
    secret(docker.files().resolve("tls"), "tls.crt", server.pem().getBytes(UTF_8));
    secret(docker.files().resolve("tls"), "tls.key", server.keyPem().getBytes(UTF_8));
    start("broker", ShippedFiles.kubernetes(ShippedFiles.pod(), volumes));
    becomesHealthy();
    assertThat(execute("health.sh", "healthz")).isZero();
    assertThat(holdfast("status")).contains("0.0.0.0:5671");
    assertThat(execute("test", "-e", "/var/lib/holdfast/data/secret")).isNotZero();
    docker.ok("kill", "--signal", "KILL", "broker");
    docker.ok("start", "broker");
    becomesHealthy();
  }

  private static void secret(Path volume, String name, byte[] content) throws IOException {
    Path directory = Files.createDirectories(volume.resolve("..2026"));
    Path file = Files.write(directory.resolve(name), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r-----"));
    Files.setAttribute(file, "unix:gid", 10001);
    Path latest = volume.resolve("..data");
    if (!Files.exists(latest, LinkOption.NOFOLLOW_LINKS)) {
      Files.createSymbolicLink(latest, Path.of("..2026"));
    }
    Files.createSymbolicLink(volume.resolve(name), Path.of("..data", name));
  }

  private static void start(String name, List<String> line) {
    List<String> command = new ArrayList<>(List.of("run", "--detach", "--name", name));
    command.addAll(line);
    docker.ok(command.toArray(String[]::new));
  }
}
