package dev.holdfast.cli;

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

/** {@code queue ...}: make, look at, change, empty and remove queues. */
@Command(name = "queue", description = "Make, look at, change, empty and remove queues.")
final class QueueCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private QueueCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new QueueCommands())
        .addSubcommand(new Create(root))
        .addSubcommand(new ListAll(root))
        .addSubcommand(new Info(root))
        .addSubcommand(new Edit(root))
        .addSubcommand(new Purge(root))
        .addSubcommand(new PauseCommands.Pause(root, name -> BrokerApi.queue(name, "")))
        .addSubcommand(new PauseCommands.Resume(root, name -> BrokerApi.queue(name, "")))
        .addSubcommand(new Delete(root));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "queue needs one of: create, list, info, edit, purge, pause, resume," + " delete");
  }

  /** {@code --yes} and {@code --dry-run} of commands that cannot be undone. */
  static final class Consent {
    @Option(names = "--yes", description = "Do it; without this nothing is changed.")
    private boolean yes;

    @Option(names = "--dry-run", description = "Only show what would be done.")
    private boolean dryRun;

    boolean isDryRun() {
      return dryRun;
    }

    boolean isGiven() {
      return yes;
    }

    void require(String what) throws CommandFailure {
      if (!yes) {
        throw new CommandFailure(
            ExitCode.USAGE, "usage", what + "; repeat with --yes, or with --dry-run to see counts");
      }
    }
  }

  @Command(
      name = "create",
      description = "Make a queue.",
      footer = {"", "Example:", "  holdfast queue create orders --max-deliveries 5"})
  private static final class Create implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the queue.")
    private String name = "";

    @Mixin private QueueSettings settings = new QueueSettings();

    @Option(
        names = "--single-active-consumer",
        description = "Only one consumer gets messages; when it goes the next one takes over.")
    private boolean singleActiveConsumer;

    @Option(names = "--priorities", description = "Messages with a higher priority go first.")
    private boolean prioritised;

    Create(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> definition = new LinkedHashMap<>();
      definition.put("name", name);
      settings.put(definition);
      if (singleActiveConsumer) {
        definition.put("singleActiveConsumer", true);
      }
      if (prioritised) {
        definition.put("prioritised", true);
      }
      JsonObject queue = root.broker().post("/queues", definition);
      Output output = root.output();
      if (output.isTable()) {
        output.line("queue " + queue.text("name") + " created");
      } else {
        output.json(queue.fields());
      }
      return ExitCode.OK;
    }
  }

  @Command(name = "list", aliases = "ls", description = "List the queues with their counts.")
  private static final class ListAll implements ApiCommand {
    private final HoldfastCommand root;

    ListAll(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().get("/queues");
      List<JsonObject> queues = answer.objects("queues");
      Output output = root.output();
      if (!output.isTable()) {
        output.json(answer, queues);
        return ExitCode.OK;
      }
      Columns columns =
          new Columns("NAME", ">MESSAGES", ">UNSETTLED", ">CONSUMERS", ">DEAD", ">BYTES");
      for (JsonObject queue : queues) {
        columns.add(
            queue.text("name"),
            String.valueOf(queue.number("messages")),
            String.valueOf(queue.number("unsettled")),
            String.valueOf(queue.number("consumers")),
            String.valueOf(queue.number("deadLetters", 0)),
            Units.bytes(queue.number("bytes")));
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  @Command(name = "info", description = "Show one queue with its counts and limits.")
  private static final class Info implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the queue.")
    private String name = "";

    Info(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject queue = root.broker().get(BrokerApi.queue(name, ""));
      root.output().details(queue, "name");
      return ExitCode.OK;
    }
  }

  @Command(
      name = "edit",
      description = "Change a queue's settings while it is in use; what is not named stays.",
      footer = {
        "",
        "Example:",
        "  holdfast queue edit orders --max-messages 100000 --overflow block"
      })
  private static final class Edit implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the queue.")
    private String name = "";

    @Mixin private QueueSettings settings = new QueueSettings();

    @Option(names = "--dry-run", description = "Only show what would change.")
    private boolean dryRun;

    Edit(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> change = new LinkedHashMap<>();
      settings.put(change);
      if (change.isEmpty()) {
        throw new CommandFailure(
            ExitCode.USAGE, "usage", "name a setting to change; see holdfast queue edit --help");
      }
      return new SettingsChange(root, "queue", name, BrokerApi.queue(name, ""))
          .carryOut(change, dryRun);
    }
  }

  @Command(
      name = "purge",
      description = "Remove the messages of a queue that are not out at a consumer.")
  private static final class Purge implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the queue.")
    private String name = "";

    @Mixin private Consent consent = new Consent();

    Purge(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      BrokerApi broker = root.broker();
      Output output = root.output();
      if (consent.isDryRun()) {
        return preview(broker, output, name, "purge");
      }
      consent.require("purging removes every waiting message of " + name);
      JsonObject answer = broker.post(BrokerApi.queue(name, "/purge"));
      if (output.isTable()) {
        output.line("queue " + name + ": " + count(answer.number("purged")) + " removed");
      } else {
        output.json(answer.fields());
      }
      return ExitCode.OK;
    }
  }

  @Command(
      name = "delete",
      aliases = "rm",
      description = "Remove a queue with its messages and dead letters.")
  private static final class Delete implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the queue.")
    private String name = "";

    @Mixin private Consent consent = new Consent();

    Delete(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      BrokerApi broker = root.broker();
      Output output = root.output();
      if (consent.isDryRun()) {
        return preview(broker, output, name, "delete");
      }
      consent.require("deleting removes " + name + " with its messages and dead letters");
      JsonObject answer = broker.delete(BrokerApi.queue(name, ""));
      if (output.isTable()) {
        output.line("queue " + name + " deleted with " + count(answer.number("messages")));
      } else {
        output.json(answer.fields());
      }
      return ExitCode.OK;
    }
  }

  private static ExitCode preview(BrokerApi broker, Output output, String name, String action)
      throws CommandFailure, IOException {
    JsonObject queue = broker.get(BrokerApi.queue(name, ""));
    long messages = queue.number("messages");
    long unsettled = queue.number("unsettled");
    long deadLetters = queue.number("deadLetters", 0);
    if (output.isTable()) {
      output.line(
          "would %s %s: %s, %d of them out at consumers, %d dead letters"
              .formatted(action, name, count(messages), unsettled, deadLetters));
      return ExitCode.OK;
    }
    Map<String, Object> preview = new LinkedHashMap<>();
    preview.put("dryRun", true);
    preview.put("action", action);
    preview.put("name", name);
    preview.put("messages", messages);
    preview.put("unsettled", unsettled);
    preview.put("deadLetters", deadLetters);
    output.json(preview);
    return ExitCode.OK;
  }

  private static String count(long messages) {
    return messages == 1 ? "1 message" : messages + " messages";
  }
}
