package dev.holdfast.broker.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the defaults depend on.
 *
 * @param environment the process's environment variables
 * @param home the user's home directory
 * @param temporary the directory for temporary files
 * @param uid the uid this process runs as
 */
public record Surroundings(Map<String, String> environment, Path home, Path temporary, long uid) {

  /** Where this process runs. */
  public static Surroundings ofThisProcess() {
    return new Surroundings(
        System.getenv(),
        Path.of(System.getProperty("user.home", "/")),
        Path.of(System.getProperty("java.io.tmpdir", "/tmp")),
        ProcessOwner.uid());
  }

  /** {@code $XDG_DATA_HOME/holdfast}, {@code /var/lib/holdfast} or {@code ~/.local/share/…}. */
  Path dataDirectory() {
    String xdg = environment.getOrDefault("XDG_DATA_HOME", "");
    if (xdg.startsWith("/")) {
      return Path.of(xdg, "holdfast");
    }
    Path system = Path.of("/var/lib/holdfast");
    return uid == 0 || Files.isWritable(system) ? system : home.resolve(".local/share/holdfast");
  }

  /** {@code $XDG_RUNTIME_DIR/holdfast}, {@code /run/holdfast} or {@code TMPDIR/holdfast-UID}. */
  public Path socketDirectory() {
    String xdg = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (xdg.startsWith("/")) {
      return Path.of(xdg, "holdfast");
    }
    Path system = Path.of("/run/holdfast");
    return Files.isWritable(system.getParent()) || Files.isWritable(system)
        ? system
        : temporary.resolve("holdfast-" + uid);
  }
}
