package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminClient;
import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast template ...}: what queues are like whose names begin so. */
@Command(
    name = "template",
    description = "Say what queues are like whose names begin so, and have missing ones made.")
final class TemplateCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private TemplateCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new TemplateCommands())
        .addSubcommand(new ListAll(root))
        .addSubcommand(new Put(root))
        .addSubcommand(new Delete(root));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "template needs one of: list, set, delete");
  }

  private static String path(String prefix) {
    return "/templates/" + AdminClient.segment(prefix);
  }

  @Command(
      name = "list",
      aliases = "ls",
      description = "List the templates; -o json shows all settings.",
      footer = {"", "Example:", "  holdfast template list -o json"})
  private static final class ListAll implements ApiCommand {
    private final HoldfastCommand root;

    ListAll(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().get("/templates");
      List<JsonObject> templates = answer.objects("templates");
      Output output = root.output();
      if (!output.isTable()) {
        output.json(answer, templates);
        return ExitCode.OK;
      }
      Columns columns = new Columns("PREFIX", "CREATES", ">DELIVERIES", ">MESSAGES", "OVERFLOW");
      for (JsonObject template : templates) {
        long most = template.number("maxMessages");
        columns.add(
            template.text("prefix"),
            template.flag("createOnAttach", false) ? "yes" : "no",
            String.valueOf(template.number("maxDeliveries")),
            most == 0 ? "-" : String.valueOf(most),
            template.text("overflow"));
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "set",
      description = "Make a template, or replace it; what is not given is as usual.",
      footer = {
        "",
        "A queue takes from the template with the longest prefix of its name when it is made.",
        "Changing a template changes no queue that is there already.",
        "",
        "Examples:",
        "  holdfast template set payments. --max-deliveries 20 --retry-initial 5s",
        "  holdfast template set jobs. --create-on-attach --auto-delete 7d",
      })
  private static final class Put implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "PREFIX", description = "What the names of its queues begin with.")
    private String prefix = "";

    @Mixin private QueueSettings settings = new QueueSettings();

    @Option(
        names = "--single-active-consumer",
        description = "Only one consumer gets messages; when it goes the next one takes over.")
    private boolean singleActiveConsumer;

    @Option(names = "--priorities", description = "Messages with a higher priority go first.")
    private boolean prioritised;

    @Option(
        names = "--create-on-attach",
        description =
            "A client that sends to or receives from a missing queue has it made, if it may create"
                + " it.")
    private boolean createOnAttach;

    Put(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> template = new LinkedHashMap<>();
      settings.put(template);
      if (singleActiveConsumer) {
        template.put("singleActiveConsumer", true);
      }
      if (prioritised) {
        template.put("prioritised", true);
      }
      if (createOnAttach) {
        template.put("createOnAttach", true);
      }
      JsonObject stored = root.broker().put(path(prefix), template);
      Output output = root.output();
      if (output.isTable()) {
        output.line("template for " + stored.text("prefix") + " stored");
      } else {
        output.json(stored.fields());
      }
      return ExitCode.OK;
    }
  }

  @Command(
      name = "delete",
      aliases = "rm",
      description = "Delete a template; queues that were made by it stay.",
      footer = {"", "Example:", "  holdfast template delete jobs."})
  private static final class Delete implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "PREFIX", description = "Its prefix.")
    private String prefix = "";

    Delete(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().delete(path(prefix));
      root.output().result("template for " + prefix + " deleted", answer.fields());
      return ExitCode.OK;
    }
  }
}
