package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code queue pause}, {@code queue resume}, and the same of topics. */
final class PauseCommands {
  private PauseCommands() {}

  /** Which node, and what of it. */
  private static final class Which {
    @Parameters(paramLabel = "NAME", description = "Name of the node.")
    private String name = "";

    @Option(names = "--sending", description = "Only sending to it.")
    private boolean sending;

    @Option(names = "--delivery", description = "Only delivery from it.")
    private boolean delivery;

    ExitCode post(HoldfastCommand root, UnaryOperator<String> path, String verb, String reason)
        throws CommandFailure, IOException {
      Map<String, Object> body = new LinkedHashMap<>();
      if (sending || delivery) {
        body.put("sending", sending);
        body.put("delivery", delivery);
      }
      if (!reason.isEmpty()) {
        body.put("reason", reason);
      }
      JsonObject answer = root.broker().post(path.apply(name) + "/" + verb, body);
      root.output().result(name + " " + verb + "d", answer.fields());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "pause",
      description = {
        "Refuse what is sent to it and deliver nothing from it, or one of the two.",
        "Consumers stay attached and may acknowledge. Stays so after a restart."
      })
  static final class Pause implements ApiCommand {
    private final HoldfastCommand root;
    private final UnaryOperator<String> path;

    @Mixin private Which which = new Which();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Told to those who send.")
    private String reason = "";

    Pause(HoldfastCommand root, UnaryOperator<String> path) {
      this.root = root;
      this.path = path;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return which.post(root, path, "pause", reason);
    }
  }

  @Command(name = "resume", description = "Let it go on; with an option only that.")
  static final class Resume implements ApiCommand {
    private final HoldfastCommand root;
    private final UnaryOperator<String> path;

    @Mixin private Which which = new Which();

    Resume(HoldfastCommand root, UnaryOperator<String> path) {
      this.root = root;
      this.path = path;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return which.post(root, path, "resume", "");
    }
  }
}
