package dev.holdfast.cli;

import dev.holdfast.cli.audit.AuditVerifier;
import dev.holdfast.cli.audit.Verdict;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code audit verify}: reads the log's files itself. The broker is asked for no more than where
 * they are: whoever could make it lie could not make this lie.
 */
@Command(
    name = "verify",
    description = {
      "Verify the files of the audit log, without trusting the broker.",
      "Exit codes of this command: 0 intact, 3 broken, 4 the end has not been signed for over 10 s."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast audit verify --root-key ./audit-root.pub",
      "  holdfast audit verify --dir /mnt/backup/data/audit --root-key=KEY --anchor anchors.log",
    })
final class AuditVerifyCommand implements Callable<Integer> {
  private static final int BROKEN = 3;
  private static final int UNSIGNED = 4;

  private final HoldfastCommand root;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Directory of the files. Default: that of the running broker.")
  private @Nullable Path directory;

  @Option(
      names = "--root-key",
      paramLabel = "KEY",
      description =
          "Public key told when the log began, or a file with it. Default: root.pub beside the"
              + " files, which proves nothing against those who could replace it too.")
  private String rootKey = "";

  @Option(
      names = "--anchor",
      paramLabel = "FILE",
      description = "File with checkpoints seen earlier, one a line: all have to be there still.")
  private @Nullable Path anchor;

  AuditVerifyCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws CommandFailure {
    try {
      return verify();
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "unreadable", "the audit log cannot be read: " + e);
    }
  }

  private int verify() throws CommandFailure, IOException {
    Path from = directory == null ? broker() : directory;
    String key = rootKey.isEmpty() ? from.resolve("root.pub").toString() : rootKey;
    Path keyFile = Path.of(key);
    if (Files.isRegularFile(keyFile)) {
      key = Files.readString(keyFile, StandardCharsets.US_ASCII).strip();
    } else if (rootKey.isEmpty()) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND, "not-found", "there is no " + keyFile + "; give --root-key or --dir");
    }
    List<String> anchors = List.of();
    if (anchor != null) {
      anchors = Files.readAllLines(anchor).stream().filter(l -> !l.isBlank()).toList();
    }
    long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    Verdict verdict = new AuditVerifier(from, key, anchors, now).verify();
    report(verdict);
    return switch (verdict.state()) {
      case INTACT -> 0;
      case BROKEN -> BROKEN;
      case UNSIGNED_TAIL -> UNSIGNED;
    };
  }

  private Path broker() throws CommandFailure, IOException {
    JsonObject status = root.broker().get("/audit/status");
    return Path.of(status.text("directory"));
  }

  private void report(Verdict verdict) {
    String state = verdict.state().name().toLowerCase(Locale.ROOT).replace('_', '-');
    Output output = root.output();
    if (!output.isTable()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("state", state);
      fields.put("file", verdict.file());
      fields.put("line", verdict.line());
      fields.put("problem", verdict.problem());
      fields.put("events", verdict.events());
      fields.put("checkpoints", verdict.checkpoints());
      fields.put("unsigned", verdict.unsigned());
      fields.put("lastCheckpoint", verdict.lastCheckpoint());
      output.json(fields);
    } else {
      String where = verdict.file().isEmpty() ? "" : " at " + verdict.file() + ":" + verdict.line();
      String why = verdict.problem().isEmpty() ? "" : ": " + verdict.problem();
      output.line(
          state
              + where
              + why
              + " ("
              + verdict.events()
              + " events, "
              + verdict.checkpoints()
              + " checkpoints, "
              + verdict.unsigned()
              + " events after the last)");
    }
    if (rootKey.isEmpty()) {
      output.note("The root key came from beside the files; keep a copy elsewhere: --root-key.");
    }
  }
}
