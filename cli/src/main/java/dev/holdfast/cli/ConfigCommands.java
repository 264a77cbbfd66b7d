package dev.holdfast.cli;

import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code config ...}: the broker's configuration. */
@Command(name = "config", description = "See, check and reload the broker's configuration.")
final class ConfigCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private ConfigCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new ConfigCommands())
        .addSubcommand(new Show(root))
        .addSubcommand(new Explain(root))
        .addSubcommand(new Validate(root))
        .addSubcommand(new Reload(root));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "config needs one of: show, explain, validate, reload");
  }

  @Command(
      name = "show",
      description = "Show what is in force, and where each value comes from.",
      footer = {
        "",
        "Examples:",
        "  holdfast config show --changed",
        "  holdfast config show limits."
      })
  private static final class Show implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(
        paramLabel = "PREFIX",
        arity = "0..1",
        description = "Only keys that begin like this.")
    private String prefix = "";

    @Option(names = "--changed", description = "Only what is not the default.")
    private boolean changed;

    Show(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      List<JsonObject> keys = new ArrayList<>();
      for (JsonObject key : root.broker().get("/config").objects("keys")) {
        if (key.text("key").startsWith(prefix)
            && !(changed && key.text("origin").equals("default"))) {
          keys.add(key);
        }
      }
      Output output = root.output();
      if (!output.isTable()) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("keys", keys.stream().map(JsonObject::fields).toList());
        output.json(new JsonObject(answer), keys);
        return ExitCode.OK;
      }
      Columns columns = new Columns("KEY", "VALUE", "ORIGIN");
      for (JsonObject key : keys) {
        String value = key.text("value");
        columns.add(key.text("key"), value.isEmpty() ? "-" : value, key.text("origin"));
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "explain",
      description = "Explain a key: meaning, default, what is allowed, what is in force.",
      footer = {
        "",
        "Works without a running broker too, and then tells what one would have.",
        "",
        "Example:",
        "  holdfast config explain amqp.max-links"
      })
  private static final class Explain implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "KEY", description = "Its name, or its environment variable.")
    private String name = "";

    Explain(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      for (JsonObject key : keys().objects("keys")) {
        if (key.text("key").equals(name) || key.text("variable").equals(name)) {
          tell(key);
          return ExitCode.OK;
        }
      }
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          "not-found",
          "there is no key " + name + "; see holdfast config show");
    }

    private JsonObject keys() throws CommandFailure {
      try {
        return root.broker().get("/config");
      } catch (CommandFailure e) {
        if (e.exitCode() != ExitCode.UNREACHABLE || !BrokerProgram.isThere()) {
          throw e;
        }
        return BrokerProgram.ask("--describe");
      }
    }

    private void tell(JsonObject key) throws IOException {
      Output output = root.output();
      if (!output.isTable()) {
        output.json(key.fields());
        return;
      }
      output.line(key.text("key"));
      output.line("  " + key.text("meaning"));
      output.text("\n");
      String byDefault = key.text("default", "");
      output.line("  default    " + (byDefault.isEmpty() ? "none" : byDefault));
      output.line("  allowed    " + key.text("allowed"));
      output.line("  in force   " + key.text("value") + " (" + key.text("origin") + ")");
      output.line("  variable   " + key.text("variable"));
      output.line(
          "  a change   "
              + (key.flag("live", false) ? "takes a config reload" : "takes a restart"));
    }
  }

  @Command(
      name = "validate",
      description = {
        "Check a configuration file, with every mistake and its line; needs no broker.",
        "Exit code 2: it cannot be used."
      },
      footer = {"", "Example:", "  holdfast config validate holdfast.toml"})
  private static final class Validate implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "FILE", description = "TOML, as up --config takes it.")
    private String file = "";

    Validate(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject verdict = BrokerProgram.ask("--check", "--config", file);
      boolean valid = verdict.flag("valid", false);
      Output output = root.output();
      if (!output.isTable()) {
        output.json(verdict.fields());
      } else if (valid) {
        output.line(file + " can be used");
      } else {
        verdict.texts("mistakes").forEach(output::line);
      }
      return valid ? ExitCode.OK : ExitCode.USAGE;
    }
  }

  @Command(
      name = "reload",
      description = {
        "Let the broker read its configuration again, and say what it has applied.",
        "Limits of principals change at once, for who connects from then on; the rest needs a"
            + " restart, and is named. Rules, certificates and issuers are read by themselves.",
        "Exit code 7: something needs a restart."
      },
      footer = {"", "Example:", "  holdfast config reload"})
  private static final class Reload implements ApiCommand {
    private final HoldfastCommand root;

    Reload(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().post("/config/reload");
      List<JsonObject> applied = answer.objects("applied");
      List<JsonObject> waiting = answer.objects("needsRestart");
      Output output = root.output();
      if (output.isTable()) {
        for (JsonObject change : applied) {
          output.line("applied: " + told(change));
        }
        for (JsonObject change : waiting) {
          output.line("needs a restart: " + told(change));
        }
        if (applied.isEmpty() && waiting.isEmpty()) {
          output.line("nothing has changed");
        }
      } else {
        output.json(answer.fields());
      }
      return waiting.isEmpty() ? ExitCode.OK : ExitCode.PARTIAL;
    }

    private static String told(JsonObject change) throws IOException {
      return change.text("key")
          + " = "
          + change.text("to")
          + " (was "
          + change.text("from")
          + "), from "
          + change.text("origin");
    }
  }
}
