package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminClient;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code signal ...}: switches that access rules may ask about. */
@Command(name = "signal", description = "Switches that access rules may ask about.")
final class SignalCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private SignalCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new SignalCommands())
        .addSubcommand(new Switch(root))
        .addSubcommand(new ListAll(root));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "signal needs one of: set, list");
  }

  @Command(
      name = "set",
      description = "Set or clear a signal; rules with 'if signal:NAME' follow at once.",
      footer = {"", "Example:", "  holdfast signal set incident true"})
  private static final class Switch implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(index = "0", paramLabel = "NAME", description = "Name of the signal.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "true|false", description = "Whether it is set.")
    private boolean set;

    Switch(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer =
          root.broker().put("/signals/" + AdminClient.segment(name), Map.of("set", set));
      Output output = root.output();
      if (output.isTable()) {
        output.line(name + (set ? " is set" : " is not set"));
      } else {
        output.json(answer.fields());
      }
      return ExitCode.OK;
    }
  }

  @Command(name = "list", aliases = "ls", description = "List the signals that are set.")
  private static final class ListAll implements ApiCommand {
    private final HoldfastCommand root;

    ListAll(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().get("/signals");
      Output output = root.output();
      if (output.isTable()) {
        for (String signal : answer.texts("signals")) {
          output.line(signal);
        }
      } else {
        output.json(answer.fields());
      }
      return ExitCode.OK;
    }
  }
}
