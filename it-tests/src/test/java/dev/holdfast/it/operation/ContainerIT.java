package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The image, built from scratch and run by a Docker daemon of its own. Needs root, and the packages
 * docker.io, mmdebstrap and binutils; so it runs only where it is asked for.
 */
@EnabledIfEnvironmentVariable(named = "HOLDFAST_CONTAINER_TESTS", matches = "true")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContainerIT {
  private static final long MOST_BYTES = 150L << 20;
  private static final Scratch SCRATCH = Scratch.create();
  private static Process daemon;

  @BeforeAll
  static void build() throws Exception {
    Path home = SCRATCH.data().resolveSibling("docker");
    Files.createDirectories(home);
    daemon =
        new ProcessBuilder(
                "dockerd",
                "--data-root",
                home.resolve("data").toString(),
                "--exec-root",
                home.resolve("exec").toString(),
                "--pidfile",
                home.resolve("pid").toString(),
                "--host",
                "unix://" + socket(),
                "--default-ulimit",
                "nofile=16384:16384",
                "--iptables=false",
                "--ip6tables=false",
                "--bridge=none")
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile())
            .start();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> !daemon.isAlive() || run("docker", "info").exitCode() == 0);
    assertThat(daemon.isAlive())
        .as("dockerd (needs root and: apt-get install docker.io mmdebstrap binutils)")
        .isTrue();
    Command.Result built = run("script");
    assertThat(built.exitCode()).as(built.all()).isZero();
  }

  @AfterAll
  static void stop() throws Exception {
    run("docker", "rm", "--force", "--volumes", "holdfast");
    run("docker", "volume", "rm", "holdfast-data");
    daemon.destroy();
    daemon.waitFor(30, TimeUnit.SECONDS);
    SCRATCH.close();
  }

  private static String socket() {
    return SCRATCH.data().resolveSibling("docker.sock").toString();
  }

  private static Command.Result run(String... command) {
    List<String> line = new ArrayList<>();
    if (command[0].equals("script")) {
      line.add(Environment.repository().resolve("docker/image.sh").toString());
    } else {
      line.addAll(List.of("docker", "--host", "unix://" + socket()));
      line.addAll(List.of(command).subList(1, command.length));
    }
    return Command.run(
        line, new byte[0], Map.of("DOCKER", "docker --host unix://" + socket()), Path.of("."));
  }

  private static String docker(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "docker";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Command.Result result = run(command);
    assertThat(result.exitCode()).as(String.join(" ", command) + ": " + result.all()).isZero();
    return result.out().strip();
  }

  private static String inspect(String format) {
    return docker("inspect", "--format", format, "holdfast");
  }

  private static void becomesHealthy() {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> inspect("{{.State.Health.Status}}").equals("healthy"));
  }

  @Test
  @Order(1)
  void itIsSmallAndRunsWithNothingItDoesNotNeed() {
    assertThat(Long.parseLong(docker("image", "inspect", "--format", "{{.Size}}", "holdfast")))
        .isLessThanOrEqualTo(MOST_BYTES);
    docker(
        ("run --detach --name holdfast --network none --memory 400m --read-only --cap-drop ALL"
                + " --security-opt no-new-privileges --volume holdfast-data:/var/lib/holdfast"
                + " --tmpfs /run/holdfast:uid=10001,gid=10001,mode=0750"
                + " --tmpfs /tmp:uid=10001,gid=10001 holdfast")
            .split(" "));
    becomesHealthy();
    String status = docker("exec", "holdfast", "cat", "/proc/1/status");
    assertThat(status).containsPattern("Uid:\\s+10001\\s+10001\\s+10001\\s+10001");
    assertThat(status).containsPattern("CapEff:\\s+0000000000000000");
    assertThat(run("docker", "exec", "holdfast", "touch", "/opt/x").exitCode()).isNotZero();
  }

  @Test
  @Order(2)
  void whatIsStoredOutlivesAKillAndAnotherContainer() {
    docker("exec", "holdfast", "holdfast", "queue", "create", "q");
    docker("exec", "holdfast", "holdfast", "msg", "send", "q", "kept");
    docker("kill", "holdfast");
    docker("start", "holdfast");
    becomesHealthy();
    assertThat(docker("exec", "holdfast", "holdfast", "msg", "peek", "q")).contains("kept");
  }

  @Test
  @Order(3)
  void itIsKilledBySigtermWithCodeZero() {
    docker("stop", "holdfast");
    assertThat(inspect("{{.State.ExitCode}} {{.State.OOMKilled}}")).isEqualTo("0 false");
  }
}
