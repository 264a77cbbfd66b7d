package dev.holdfast.broker.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes whole files that are old enough. Their checkpoints are kept in {@code retired.log}: they
 * lead from the root key to the key of the oldest file that is left.
 */
final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

  private Retention() {}

  /** Deletes what was last written before the retention began; never the newest file. */
  static void apply(AuditSettings settings, Instant now) throws IOException {
    List<Path> files = AuditFiles.list(settings.directory());
    Instant before = now.minus(settings.retention());
    for (Path file : files.subList(0, Math.max(0, files.size() - 1))) {
      if (!Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
        return;
      }
      keepCheckpoints(file, settings.directory().resolve(AuditFiles.RETIRED));
      Files.delete(file);
      AuditFiles.syncDirectory(settings.directory());
      LOG.info("The audit file {} is older than audit.retention and was deleted", file);
    }
  }

  private static void keepCheckpoints(Path file, Path retired) throws IOException {
    byte[] last = lastLine(retired);
    try (LineInput in = new LineInput(file);
        FileChannel out =
            FileChannel.open(
                retired,
                Set.of(
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.APPEND,
                    LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rw-------")))) {
      // A crash between keeping and deleting has kept some already.
      boolean fresh = last.length == 0 || !contains(file, last);
      for (byte[] line = in.next(); line != null; line = in.next()) {
        if (AuditLines.begins(line, AuditLines.CHECKPOINT)) {
          if (fresh) {
            ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOf(line, line.length + 1));
            bytes.put(line.length, (byte) '\n');
            while (bytes.hasRemaining()) {
              out.write(bytes);
            }
          }
          fresh |= Arrays.equals(line, last);
        }
      }
      out.force(true);
    }
  }

  private static boolean contains(Path file, byte[] wanted) throws IOException {
    try (LineInput in = new LineInput(file)) {
      for (byte[] line = in.next(); line != null; line = in.next()) {
        if (Arrays.equals(line, wanted)) {
          return true;
        }
      }
      return false;
    }
  }

  /** The last whole line; what a crash left of another is cut away. */
  private static byte[] lastLine(Path retired) throws IOException {
    if (!Files.exists(retired, LinkOption.NOFOLLOW_LINKS)) {
      return new byte[0];
    }
    byte[] last = new byte[0];
    try (LineInput in = new LineInput(retired)) {
      for (byte[] line = in.next(); line != null; line = in.next()) {
        last = line;
      }
      if (in.torn()) {
        try (FileChannel cut = FileChannel.open(retired, StandardOpenOption.WRITE)) {
          cut.truncate(in.position());
        }
      }
    }
    return last;
  }
}
