package dev.holdfast.broker.audit;

import dev.holdfast.broker.audit.AuditEvent.Outcome;
import dev.holdfast.storage.keys.SecureFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the log's files, the first time and after a failure. One thread at a time. */
final class LogOpener {
  private static final Logger LOG = LoggerFactory.getLogger(LogOpener.class);
  private static final Logger ANCHOR = LoggerFactory.getLogger("dev.holdfast.audit.anchor");

  private final AuditSettings settings;
  private final AuditLog.Needs needs;
  private final List<AuditEvent> findings = new ArrayList<>();

  private @Nullable KeyFile keys;
  private volatile String rootKey = "";
  private volatile String lastCheckpoint = "";

  LogOpener(AuditSettings settings, AuditLog.Needs needs) {
    this.settings = settings;
    this.needs = needs;
  }

  String rootKey() {
    return rootKey;
  }

  String lastCheckpoint() {
    return lastCheckpoint;
  }

  /** What opening has found out and has to be recorded. */
  List<AuditEvent> takeFindings() {
    List<AuditEvent> taken = List.copyOf(findings);
    findings.clear();
    return taken;
  }

  /**
   * Opens.
   *
   * @throws AuditException when that is not possible
   */
  ChainWriter open() {
    Path directory = settings.directory();
    try {
      SecureFiles.createDirectory(directory);
      KeyFile opened =
          KeyFile.open(
              directory.resolve(AuditFiles.KEY), needs.sealingKey().clone(), needs.seeds());
      keys = opened;
      ChainWriter.Surroundings around =
          new ChainWriter.Surroundings(
              needs.clock(), needs.database(), needs.commits(), this::anchor);
      Tail tail = ChainWriter.lastTail(directory);
      Path root = directory.resolve(AuditFiles.ROOT);
      ChainWriter writer =
          tail == null ? begin(opened, around, root) : resume(opened, around, tail);
      rootKey = new String(SecureFiles.read(root), StandardCharsets.US_ASCII).strip();
      Retention.apply(settings, needs.clock().instant());
      return writer;
    } catch (IOException e) {
      throw new AuditException(
          AuditException.Reason.IO, "the audit log in " + directory + " cannot be opened: " + e);
    }
  }

  private ChainWriter begin(KeyFile opened, ChainWriter.Surroundings around, Path root)
      throws IOException {
    boolean goneFiles = Files.exists(settings.directory().resolve(AuditFiles.RETIRED));
    if (goneFiles || !AuditFiles.list(settings.directory()).isEmpty()) {
      throw new AuditException(
          AuditException.Reason.KEY,
          "the newest file of the audit log in "
              + settings.directory()
              + " is gone or has lost its first line; look into it, then move the directory away:"
              + " a new log with a new root key begins");
    }
    opened.begin();
    String publicKey = opened.current().publicKey();
    SecureFiles.replace(root, (publicKey + "\n").getBytes(StandardCharsets.US_ASCII));
    ChainWriter writer = ChainWriter.begin(settings, around, opened);
    LOG.info(
        "The audit log in {} begins; keep its root public key elsewhere: {}",
        settings.directory(),
        publicKey);
    return writer;
  }

  private ChainWriter resume(KeyFile opened, ChainWriter.Surroundings around, Tail tail)
      throws IOException {
    opened.resume(tail.publicKey());
    String name = String.valueOf(tail.file().getFileName());
    if (tail.badLine() > 0) {
      LOG.error("The audit file {} was changed at line {}", tail.file(), tail.badLine());
      findings.add(
          AuditEvent.of("audit.damaged", Outcome.ERROR)
              .asked(null, name)
              .extra("line", Integer.toString(tail.badLine())));
    }
    if (tail.torn()) {
      LOG.warn("The audit file {} ended within a line, which is cut off", tail.file());
      findings.add(AuditEvent.of("audit.recovered", Outcome.OK).asked(null, name));
    }
    return ChainWriter.resume(settings, around, opened, tail, tail.badLine() > 0);
  }

  private void anchor(String checkpoint) {
    lastCheckpoint = checkpoint;
    ANCHOR.debug("{}", checkpoint);
    Path file = settings.anchorFile().orElse(null);
    if (file == null) {
      return;
    }
    try (FileChannel out =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND,
                LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")))) {
      ByteBuffer bytes = StandardCharsets.US_ASCII.encode(checkpoint + "\n");
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (IOException e) {
      LOG.warn("A checkpoint could not be appended to {}: {}", file, e.toString());
    }
  }

  void close(@Nullable ChainWriter writer) {
    closeQuietly(writer);
    closeQuietly(keys);
    keys = null;
  }

  private static void closeQuietly(@Nullable AutoCloseable what) {
    if (what != null) {
      try {
        what.close();
      } catch (Exception e) {
        LOG.debug("Closing the audit log", e);
      }
    }
  }
}
