package dev.holdfast.storage.rocks;

import static org.assertj.core.api.Assertions.assertThat;

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
 * A real file system of a few megabytes (tmpfs), mounted in a namespace of its own, which root may
 * always make and others where the kernel lets them. It is reached through {@code /proc} and
 * vanishes with the process that holds the namespace.
 */
final class SmallDisk implements AutoCloseable, Volume {
  private final Process holder;
  private final Path root;

  private SmallDisk(Process holder, Path root) {
    this.holder = holder;
    this.root = root;
  }

  static SmallDisk mount(Path mountPoint, int megabytes) throws IOException {
    List<String> command = new ArrayList<>(List.of("unshare", "-m"));
    if (!"root".equals(System.getProperty("user.name"))) {
      command.add("-r");
    }
    String script =
        "mount -t tmpfs -o mode=0700,size=" + megabytes + "m none \"$1\" && echo mounted && cat";
    command.addAll(List.of("sh", "-c", script, "sh", mountPoint.toString()));
    Process holder = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader out = holder.inputReader(StandardCharsets.UTF_8);
    assertThat(out.readLine())
        .as(
            "a small file system could not be mounted: this test needs root (with CAP_SYS_ADMIN) or"
                + " unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1)")
        .isEqualTo("mounted");
    return new SmallDisk(holder, Path.of("/proc/" + holder.pid() + "/root" + mountPoint));
  }

  Path root() {
    return root;
  }

  @Override
  public long totalBytes() {
    return root.toFile().getTotalSpace();
  }

  @Override
  public long freeBytes() {
    return root.toFile().getUsableSpace();
  }

  /** Another process takes all but so much, beside what it took before. */
  void fillBut(long bytes) throws IOException {
    byte[] block = new byte[16 << 10];
    try (var file =
        Files.newOutputStream(
            root.resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (freeBytes() > bytes) {
        file.write(block);
      }
    } catch (IOException e) {
      // Full: what was wanted.
      assertThat(e.getMessage()).contains("No space left");
    }
  }

  /** And gives it back. */
  void free() throws IOException {
    Files.deleteIfExists(root.resolve("filler"));
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
