package dev.holdfast.cli;

import dev.holdfast.cli.text.Json;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Brokers by names of the user's choice: {@code $XDG_CONFIG_HOME/holdfast/contexts.json}, else
 * below {@code ~/.config}. Only its owner may read it, and it is replaced as a whole.
 */
final class Contexts {
  private final Path file;
  private final Map<String, String> urls = new TreeMap<>();
  private String current = "";

  private Contexts(Path file) {
    this.file = file;
  }

  static Contexts read(Map<String, String> environment) throws CommandFailure {
    Contexts contexts = new Contexts(file(environment));
    if (Files.exists(contexts.file)) {
      try {
        contexts.load();
      } catch (IOException e) {
        throw failure(contexts.file + " cannot be read: " + e.getMessage());
      }
    }
    return contexts;
  }

  private static Path file(Map<String, String> environment) {
    String xdg = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path directory =
        xdg.startsWith("/")
            ? Path.of(xdg)
            : Path.of(environment.getOrDefault("HOME", "/nonexistent"), ".config");
    return directory.resolve("holdfast").resolve("contexts.json");
  }

  private void load() throws IOException, CommandFailure {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new CommandFailure(
          ExitCode.DENIED, "denied", file + " can be written by others; chmod 600 it");
    }
    JsonObject all = JsonObject.parse(Files.readAllBytes(file));
    JsonObject listed = all.object("contexts");
    for (Object name : listed.fields().keySet()) {
      urls.put(String.valueOf(name), listed.text(String.valueOf(name)));
    }
    current = all.text("current", "");
  }

  Map<String, String> urls() {
    return urls;
  }

  String current() {
    return current;
  }

  Optional<String> url(String name) {
    return Optional.ofNullable(urls.get(name));
  }

  /** The URL of a context that has to be there. */
  String required(String name) throws CommandFailure {
    return url(name)
        .orElseThrow(
            () ->
                new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "not-found",
                    "there is no context " + name + "; holdfast ctx list has those there are"));
  }

  void put(String name, String url) {
    urls.put(name, url);
  }

  void remove(String name) {
    urls.remove(name);
    if (current.equals(name)) {
      current = "";
    }
  }

  /** Empty: none. */
  void use(String name) {
    current = name;
  }

  void write() throws CommandFailure {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("current", current);
    all.put("contexts", urls);
    Path directory = file.resolveSibling("");
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      // A temporary file is for its owner alone from the beginning.
      Path next = Files.createTempFile(directory, "contexts", ".tmp");
      Files.write(next, (Json.pretty(all) + '\n').getBytes(StandardCharsets.UTF_8));
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failure(file + " cannot be written: " + e);
    }
  }

  private static CommandFailure failure(String message) {
    return new CommandFailure(ExitCode.FAILED, "file", message);
  }
}
