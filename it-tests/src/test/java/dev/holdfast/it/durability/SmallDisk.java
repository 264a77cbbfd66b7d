package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.Scratch;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real file system of a few megabytes (tmpfs) over a test's data directory. It is mounted in a
 * namespace of its own, which root may always make and others where the kernel lets them; it
 * vanishes with the process that holds the namespace, whatever happens to the test.
 */
final class SmallDisk implements AutoCloseable {
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

  private final Process holder;
  private final Path mountPoint;

  private SmallDisk(Process holder, Path mountPoint) {
    this.holder = holder;
    this.mountPoint = mountPoint;
  }

  static SmallDisk over(Scratch scratch, int megabytes) throws IOException {
    Files.createDirectories(scratch.data());
    List<String> command = new ArrayList<>(List.of("unshare", "-m"));
    if (!ROOT) {
      command.add("-r");
    }
    String script =
        "mount -t tmpfs -o mode=0700,size=" + megabytes + "m none \"$1\" && echo mounted && cat";
    command.addAll(List.of("sh", "-c", script, "sh", scratch.data().toString()));
    Process holder = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader out = holder.inputReader(StandardCharsets.UTF_8);
    assertThat(out.readLine())
        .as(
            "a small file system could not be mounted: this test needs root (with CAP_SYS_ADMIN) or"
                + " unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1)")
        .isEqualTo("mounted");
    return new SmallDisk(holder, scratch.data());
  }

  /** The options of a broker whose data lie on this disk. */
  BrokerOptions holding(BrokerOptions options) {
    List<String> enter = new ArrayList<>(List.of("nsenter", "-t", Long.toString(holder.pid())));
    enter.add("-m");
    if (!ROOT) {
      enter.addAll(List.of("-U", "--preserve-credentials"));
    }
    enter.add("--");
    return options.through(enter);
  }

  /** A file on the disk, as this process reaches it. */
  Path file(String name) {
    return Path.of("/proc/" + holder.pid() + "/root" + mountPoint).resolve(name);
  }

  /** Takes the space that is left, beside what it took before. */
  void fill() throws IOException {
    byte[] block = new byte[64 << 10];
    try (var file =
        Files.newOutputStream(
            file("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (file("filler").toFile().getUsableSpace() > 0) {
        file.write(block);
      }
    } catch (IOException e) {
      // Full: what was wanted.
      assertThat(e.getMessage()).contains("No space left");
    }
  }

  /** Gives it back. */
  void free() throws IOException {
    Files.deleteIfExists(file("filler"));
  }

  @Override
  public void close() {
    holder.destroyForcibly();
    try {
      holder.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
