package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code acl} does with files before they are put in force. */
final class AclFileCommands {

  private AclFileCommands() {}

  static void tell(Output output, String prefix, List<JsonObject> problems) throws IOException {
    for (JsonObject problem : problems) {
      output.line(
          prefix
              + "line "
              + problem.number("line")
              + ", column "
              + problem.number("column")
              + ": "
              + problem.text("problem"));
    }
  }

  private static String read(Path file) throws CommandFailure {
    try {
      byte[] bytes =
          file.toString().equals("-") ? System.in.readAllBytes() : Files.readAllBytes(file);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "unreadable", "cannot read " + file + ": " + e.getMessage());
    }
  }

  private static JsonObject check(HoldfastCommand root, Path file) throws CommandFailure {
    return root.broker().post("/acl/check", Map.of("text", read(file)));
  }

  @Command(
      name = "check",
      description = "Look whether a file is a set of rules. Exit code 0: it is, 2: it is not.")
  static final class Check implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "FILE", description = "File of rules; - is standard input.")
    private Path file = Path.of("-");

    Check(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = check(root, file);
      boolean valid = answer.flag("valid", false);
      Output output = root.output();
      if (!output.isTable()) {
        output.json(answer.fields());
      } else if (valid) {
        output.line(answer.number("rules") + " rules");
        tell(output, "warning: ", answer.objects("warnings"));
      } else {
        tell(output, "", answer.objects("problems"));
      }
      return valid ? ExitCode.OK : ExitCode.USAGE;
    }
  }

  @Command(
      name = "diff",
      description = {
        "Show what a file would change of the rules in force.",
        "Each rule is taken apart: one principal, one operation, one resource. Exit code 2: it is no"
            + " set of rules."
      })
  static final class Diff implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "FILE", description = "File of rules; - is standard input.")
    private Path file = Path.of("-");

    Diff(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = check(root, file);
      Output output = root.output();
      if (!output.isTable()) {
        output.json(answer.fields());
        return answer.flag("valid", false) ? ExitCode.OK : ExitCode.USAGE;
      }
      if (!answer.flag("valid", false)) {
        tell(output, "", answer.objects("problems"));
        return ExitCode.USAGE;
      }
      for (String removed : answer.texts("removed")) {
        output.line("- " + removed);
      }
      for (String added : answer.texts("added")) {
        output.line("+ " + added);
      }
      return ExitCode.OK;
    }
  }

  @Command(
      name = "test",
      description = {
        "Hold rules to what is expected of them. Exit code 1: something is decided otherwise.",
        "A line of the file: allow|deny WHO OPERATION RESOURCE [role:NAME] [gid:N] [via WAY] [at TIME]"
            + " [size N] [signal:NAME]"
      },
      footer = {
        "",
        "Example of a file:",
        "  allow uid:1001 send queue:orders.eu via unix",
        "  deny  uid:1001 receive dlq:orders.eu via unix",
      })
  static final class Test implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "FILE", description = "File of expectations; - is standard input.")
    private Path file = Path.of("-");

    @Option(
        names = "--rules",
        paramLabel = "FILE",
        description = "Rules to hold to them, instead of those in force.")
    private Path rules = Path.of("");

    Test(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("expectations", read(file));
      if (!rules.toString().isEmpty()) {
        body.put("text", read(rules));
      }
      JsonObject answer = root.broker().post("/acl/test", body);
      List<JsonObject> unmet = answer.objects("unmet");
      Output output = root.output();
      if (output.isTable()) {
        tell(output, "", unmet);
        long all = answer.number("expectations");
        output.line((all - unmet.size()) + " of " + all + " expectations met");
      } else {
        output.json(answer.fields());
      }
      return unmet.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }
  }
}
