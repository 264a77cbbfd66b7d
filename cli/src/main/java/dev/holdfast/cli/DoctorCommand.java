package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code doctor}: what is wrong, or soon will be, and what to do about it. */
@Command(
    name = "doctor",
    description = {
      "Say what is wrong with the broker, or soon will be, and what to do about it;",
      "exit 8 when something is unhealthy."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast doctor",
      "  holdfast doctor --data /srv/holdfast   # while no broker runs"
    })
final class DoctorCommand implements ApiCommand {
  private final HoldfastCommand root;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Examine this data directory instead of asking the broker.")
  private @Nullable Path data;

  DoctorCommand(HoldfastCommand root) {
    this.root = root;
  }

  /**
   * Something that was found.
   *
   * @param check what was looked at
   * @param severity {@code ok}, {@code warn} or {@code fail}
   * @param message what is so
   * @param remedy what to do; empty when nothing has to be done
   */
  record Finding(String check, String severity, String message, String remedy) {
    Map<String, Object> fields() {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("check", check);
      fields.put("severity", severity);
      fields.put("message", message);
      fields.put("remedy", remedy);
      return fields;
    }
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    Path directory = data;
    List<Finding> findings = directory == null ? ask() : DataDirectoryChecks.examine(directory);
    boolean healthy = findings.stream().noneMatch(f -> f.severity().equals("fail"));
    Output output = root.output();
    if (output.isTable()) {
      for (Finding finding : findings) {
        output.line(
            String.format(
                Locale.ROOT,
                "%-5s %-13s %s",
                finding.severity(),
                finding.check(),
                finding.message()));
        if (!finding.remedy().isEmpty()) {
          output.line(" ".repeat(20) + finding.remedy());
        }
      }
    } else {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("healthy", healthy);
      answer.put("findings", findings.stream().map(Finding::fields).toList());
      output.json(answer);
    }
    return healthy ? ExitCode.OK : ExitCode.UNHEALTHY;
  }

  private List<Finding> ask() throws CommandFailure, IOException {
    List<Finding> findings = new ArrayList<>();
    for (JsonObject each : root.broker().get("/doctor").objects("findings")) {
      findings.add(
          new Finding(
              each.text("check"),
              each.text("severity"),
              each.text("message"),
              each.text("remedy")));
    }
    return findings;
  }
}
