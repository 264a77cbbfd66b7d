package dev.holdfast.broker.access;

import dev.holdfast.storage.keys.SecureFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * The signals that are set, a name a line: an incident is not over because the broker was started
 * again. Mode 0600.
 */
public final class SignalFile {
  private final Path path;

  /** It need not be there. */
  public SignalFile(Path path) {
    this.path = path;
  }

  Set<String> read() throws IOException {
    Set<String> names = new TreeSet<>();
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      new String(SecureFiles.read(path), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .forEach(names::add);
    }
    return names;
  }

  void write(Set<String> names) throws IOException {
    SecureFiles.replace(path, (String.join("\n", names) + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
