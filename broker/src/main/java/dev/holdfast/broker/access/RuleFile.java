package dev.holdfast.broker.access;

import dev.holdfast.acl.rules.RuleText;
import dev.holdfast.storage.keys.SecureFiles;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file of rules. Not thread-safe, but for {@link #path}. */
public final class RuleFile {
  private static final int MOST_BYTES = 1 << 20;

  private final Path path;
  private @Nullable State seen;

  /** What tells a changed file: whoever replaces it makes another one. */
  private record State(long modifiedMs, long size, @Nullable Object key) {}

  /** It need not be there. */
  public RuleFile(Path path) {
    this.path = path;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** Whether it is not what was read last. */
  synchronized boolean hasChanged() throws IOException {
    return !Objects.equals(state(), seen);
  }

  private @Nullable State state() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    BasicFileAttributes is =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return new State(is.lastModifiedTime().toMillis(), is.size(), is.fileKey());
  }

  /** Its text; that of a file without rules when it is not there. */
  synchronized String read() throws IOException {
    State before = state();
    seen = before;
    if (before == null) {
      return RuleText.EMPTY.text();
    }
    if (before.size() > MOST_BYTES) {
      throw new IOException("it has more than 1 MiB");
    }
    if (Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)
        .contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException("everybody may write it: chmod o-w " + path);
    }
    try (FileChannel in =
        FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      byte[] bytes = Channels.newInputStream(in).readNBytes(MOST_BYTES + 1);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** Replaces it, durably and as a whole. */
  synchronized void write(String text) throws IOException {
    SecureFiles.replace(path, text.getBytes(StandardCharsets.UTF_8));
    seen = state();
  }
}
