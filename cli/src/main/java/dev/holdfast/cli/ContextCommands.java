package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminAddress;
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

/** {@code ctx ...}: names for several brokers. */
@Command(
    name = "ctx",
    description = {
      "Give brokers names, and choose the one that commands speak to.",
      "--url counts first, then --context, $HOLDFAST_URL, $HOLDFAST_CONTEXT, the context in use."
    })
final class ContextCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private ContextCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new ContextCommands())
        .addSubcommand(new Add(root))
        .addSubcommand(new Use(root))
        .addSubcommand(new ListAll(root))
        .addSubcommand(new Remove(root));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "ctx needs one of: add, use, list, remove");
  }

  private static Contexts read(HoldfastCommand root) throws CommandFailure {
    return Contexts.read(root.surroundings().environment());
  }

  private static Map<String, Object> shown(Contexts contexts, String name) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("name", name);
    shown.put("url", contexts.url(name).orElse(""));
    shown.put("current", contexts.current().equals(name));
    return shown;
  }

  @Command(
      name = "add",
      description = "Add a context, or change its URL.",
      footer = {"", "Example:", "  holdfast ctx add prod unix:///srv/holdfast/admin.sock --use"})
  private static final class Add implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(index = "0", paramLabel = "NAME", description = "Letters, digits, . _ -")
    private String name = "";

    @Parameters(index = "1", paramLabel = "URL", description = "unix:///DIR/admin.sock")
    private String url = "";

    @Option(names = "--use", description = "Use it from now on.")
    private boolean use;

    Add(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure {
      if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
        throw new CommandFailure(
            ExitCode.USAGE, "usage", "a name has 1 to 64 letters, digits, full stops, _ and -");
      }
      try {
        AdminAddress.parse(url);
      } catch (IllegalArgumentException e) {
        throw new CommandFailure(ExitCode.USAGE, "usage", String.valueOf(e.getMessage()));
      }
      Contexts contexts = read(root);
      contexts.put(name, url);
      if (use) {
        contexts.use(name);
      }
      contexts.write();
      root.output()
          .result("context " + name + (use ? " added, in use" : " added"), shown(contexts, name));
      return ExitCode.OK;
    }
  }

  @Command(
      name = "use",
      description = "Choose the context that commands speak to.",
      footer = {"", "Examples:", "  holdfast ctx use prod", "  holdfast ctx use --none"})
  private static final class Use implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "As ctx list shows it.")
    private String name = "";

    @Option(names = "--none", description = "None: this user's broker.")
    private boolean none;

    Use(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure {
      if (none != name.isEmpty()) {
        throw new CommandFailure(ExitCode.USAGE, "usage", "give a name, or --none");
      }
      Contexts contexts = read(root);
      if (!none) {
        contexts.required(name);
      }
      contexts.use(name);
      contexts.write();
      root.output()
          .result(
              none ? "no context in use" : "context " + name + " in use", shown(contexts, name));
      return ExitCode.OK;
    }
  }

  @Command(
      name = "list",
      aliases = "ls",
      description = "List contexts; asks none of the brokers.",
      footer = {"", "Example:", "  holdfast ctx list"})
  private static final class ListAll implements ApiCommand {
    private final HoldfastCommand root;

    ListAll(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Contexts contexts = read(root);
      List<JsonObject> all = new ArrayList<>();
      contexts.urls().keySet().forEach(name -> all.add(new JsonObject(shown(contexts, name))));
      Output output = root.output();
      if (!output.isTable()) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("contexts", all.stream().map(JsonObject::fields).toList());
        output.json(new JsonObject(answer), all);
        return ExitCode.OK;
      }
      Columns columns = new Columns("IN USE", "NAME", "URL");
      for (JsonObject context : all) {
        columns.add(
            context.flag("current", false) ? "*" : "", context.text("name"), context.text("url"));
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "remove",
      aliases = "rm",
      description = "Remove a context; the broker does not hear of it.",
      footer = {"", "Example:", "  holdfast ctx remove prod"})
  private static final class Remove implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "As ctx list shows it.")
    private String name = "";

    Remove(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure {
      Contexts contexts = read(root);
      contexts.required(name);
      contexts.remove(name);
      contexts.write();
      root.output().result("context " + name + " removed", Map.of("deleted", name));
      return ExitCode.OK;
    }
  }
}
