package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code broker ...}: hold the whole broker back. */
@Command(name = "broker", description = "Hold the whole broker back, for maintenance.")
final class BrokerCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private BrokerCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new BrokerCommands())
        .addSubcommand(new ReadOnly(root))
        .addSubcommand(new Drain(root));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "broker needs one of: read-only, drain");
  }

  /** Whether something is to be so from now on. */
  enum Switch {
    on,
    off
  }

  private static ExitCode set(HoldfastCommand root, String what, Switch to, String reason)
      throws CommandFailure, IOException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("enabled", to == Switch.on);
    body.put("reason", reason);
    JsonObject mode = root.broker().post("/broker/" + what, body);
    root.output().result("broker " + what + " " + to, mode.fields());
    return ExitCode.OK;
  }

  @Command(
      name = "read-only",
      description = {
        "Refuse messages, or take them again; receiving and acknowledging go on.",
        "Stays so after a restart."
      },
      footer = {"", "Example:", "  holdfast broker read-only on --reason 'disk is being moved'"})
  private static final class ReadOnly implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "on|off", description = "What it shall be.")
    private Switch to = Switch.on;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Told to those who send.")
    private String reason = "";

    ReadOnly(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return set(root, "read-only", to, reason);
    }
  }

  @Command(
      name = "drain",
      description = {
        "Refuse messages and new connections, while those that are there take what is left.",
        "Ends with 'drain off' or the next start."
      },
      footer = {"", "Example:", "  holdfast broker drain --reason 'this host goes down at six'"})
  private static final class Drain implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(
        paramLabel = "on|off",
        arity = "0..1",
        defaultValue = "on",
        description = "What it shall be. Default: on.")
    private Switch to = Switch.on;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Told to those who send.")
    private String reason = "";

    Drain(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return set(root, "drain", to, reason);
    }
  }
}
