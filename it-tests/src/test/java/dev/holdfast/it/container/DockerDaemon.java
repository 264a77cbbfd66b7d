package dev.holdfast.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * A Docker daemon with a directory, a socket and containers of its own, without any network.
 * Whatever else runs on the host is not touched, and nothing of it stays behind.
 */
final class DockerDaemon implements AutoCloseable {
  private static final List<String> TOOLS = List.of("dockerd", "docker", "mmdebstrap", "strip");
  private static final Duration START = Duration.ofMinutes(1);
  private static final Duration BUILD = Duration.ofMinutes(15);
  private static final Duration END = Duration.ofSeconds(20);
  private static final int TAIL = 30;

  private final Scratch scratch = Scratch.create();
  private final Path home = scratch.path("docker");
  private final Path log = scratch.path("dockerd.log");
  private final Thread atExit = new Thread(this::endEverything, "docker-clean-up");

  private DockerDaemon() {}

  /**
   * Starts one, with the storage driver that it picks by itself, or else with the one that works
   * everywhere. Where it cannot run, the test is left out, or fails if {@code
   * CONTAINER_TESTS=required}, as in CI.
   *
   * @return the running daemon
   */
  static DockerDaemon start() {
    List<String> missing = TOOLS.stream().filter(tool -> !onPath(tool)).toList();
    if (!missing.isEmpty() || !"root".equals(System.getProperty("user.name"))) {
      String message =
          "the image is tested as root, with the packages docker.io, mmdebstrap and binutils;"
              + " missing: "
              + (missing.isEmpty() ? "root" : String.join(", ", missing));
      assertThat("required".equals(System.getenv("CONTAINER_TESTS"))).as(message).isFalse();
      Assumptions.abort(message);
    }
    DockerDaemon docker = new DockerDaemon();
    Runtime.getRuntime().addShutdownHook(docker.atExit);
    if (!docker.launch(List.of()) && !docker.launch(List.of("--storage-driver", "vfs"))) {
      String end = docker.tail();
      docker.close();
      throw new AssertionError(
          "dockerd does not start. It needs all capabilities, cgroups at /sys/fs/cgroup and a kernel"
              + " with namespaces. The end of its log:\n"
              + end);
    }
    return docker;
  }

  private static boolean onPath(String tool) {
    for (String directory : System.getenv("PATH").split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(directory).resolve(tool))) {
        return true;
      }
    }
    return false;
  }

  private boolean launch(List<String> options) {
    List<String> command =
        new ArrayList<>(
            List.of("dockerd", "--data-root", home.resolve("data").toString(), "--exec-root"));
    command.addAll(List.of(home.resolve("exec").toString(), "--pidfile", home + "/pid"));
    command.addAll(List.of("--host", host(), "--default-ulimit", "nofile=16384:16384"));
    command.addAll(List.of("--iptables=false", "--ip6tables=false", "--bridge=none"));
    command.addAll(options);
    try {
      Files.createDirectories(home);
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      Awaitility.await()
          .atMost(START)
          .until(() -> !process.isAlive() || run("info").exitCode() == 0);
      if (process.isAlive()) {
        return true;
      }
      Scratch.delete(home);
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String host() {
    return "unix://" + scratch.path("docker.sock");
  }

  private String tail() {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  /** A directory for what containers are given. */
  Path files() {
    return scratch.path("files");
  }

  /** Runs {@code docker/image.sh}, which makes the image {@code holdfast} from scratch. */
  void build() {
    Path out = scratch.path("build.log");
    ProcessBuilder builder =
        new ProcessBuilder(Environment.repository().resolve("docker/image.sh").toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("DOCKER", "docker --host " + host());
    try {
      Process script = builder.start();
      boolean ended = script.waitFor(BUILD.toSeconds(), TimeUnit.SECONDS);
      if (!ended) {
        script.descendants().forEach(ProcessHandle::destroyForcibly);
        script.destroyForcibly();
      }
      assertThat(ended && script.exitValue() == 0)
          .as("docker/image.sh: %s\n%s", Files.readString(out), tail())
          .isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Runs the client. */
  Command.Result run(String... arguments) {
    return feed(new byte[0], arguments);
  }

  /** Runs the client with something on its standard input. */
  Command.Result feed(byte[] input, String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker", "--host", host()));
    Collections.addAll(command, arguments);
    return Command.run(command, input, Map.of(), Path.of("."));
  }

  /** Runs the client, which must succeed, and returns what it printed. */
  String ok(String... arguments) {
    Command.Result result = run(arguments);
    assertThat(result.exitCode())
        .as("docker %s: %s", String.join(" ", arguments), result.all())
        .isZero();
    return result.out().strip();
  }

  @Override
  public void close() {
    endEverything();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  /** Containers first, by their daemon; then every process and mount that names the directory. */
  private void endEverything() {
    try {
      String containers = run("ps", "--all", "--quiet").out().strip();
      if (!containers.isEmpty()) {
        List<String> remove = new ArrayList<>(List.of("rm", "--force", "--volumes"));
        Collections.addAll(remove, containers.split("\\s+"));
        run(remove.toArray(String[]::new));
      }
      end(ProcessHandle::destroy);
      end(ProcessHandle::destroyForcibly);
      for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
        String place = line.split(" ")[1];
        if (place.startsWith(home.toString())) {
          Command.run(List.of("umount", "--lazy", place));
        }
      }
      scratch.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void end(Consumer<ProcessHandle> how) {
    List<ProcessHandle> ours =
        ProcessHandle.allProcesses()
            .filter(p -> p.info().commandLine().orElse("").contains(home.toString()))
            .toList();
    ours.forEach(how);
    ours.forEach(p -> p.onExit().completeOnTimeout(p, END.toSeconds(), TimeUnit.SECONDS).join());
  }
}
