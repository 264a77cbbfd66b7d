package dev.holdfast.cli;

import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast topic ...}. */
@Command(name = "topic", description = "Make, list, show, change and delete topics.")
final class TopicCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private TopicCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new TopicCommands())
        .addSubcommand(new Create(root))
        .addSubcommand(new ListAll(root))
        .addSubcommand(new Info(root))
        .addSubcommand(new Edit(root))
        .addSubcommand(new PauseCommands.Pause(root, name -> BrokerApi.topic(name, "")))
        .addSubcommand(new PauseCommands.Resume(root, name -> BrokerApi.topic(name, "")))
        .addSubcommand(new Delete(root));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "topic needs one of: create, list, info, edit, pause, resume, delete");
  }

  @Command(
      name = "create",
      description = "Make a topic.",
      footer = {"", "Example:", "  holdfast topic create prices.eu --retention 7d"})
  private static final class Create implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the topic, words separated by dots.")
    private String name = "";

    @Mixin private Settings settings = new Settings();

    Create(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> definition = new LinkedHashMap<>();
      definition.put("name", name);
      settings.put(definition);
      JsonObject topic = root.broker().post("/topics", definition);
      Output output = root.output();
      if (output.isTable()) {
        output.line("topic " + topic.text("name") + " created");
      } else {
        output.json(topic.fields());
      }
      return ExitCode.OK;
    }
  }

  /** What may be chosen for a topic. */
  private static final class Settings {
    @Option(
        names = "--retention",
        paramLabel = "TIME",
        description = "Keep messages this long for subscriptions to come, as 30s, 5m, 2h, 7d.")
    private @Nullable String retention;

    @Option(
        names = "--retention-bytes",
        paramLabel = "BYTES",
        description = "Keep at most about this much for subscriptions to come.")
    private @Nullable Long retentionBytes;

    @Option(
        names = "--max-message-bytes",
        paramLabel = "BYTES",
        description = "Refuse larger messages.")
    private @Nullable Long maxMessageBytes;

    @Option(
        names = "--max-deliveries",
        paramLabel = "N",
        description = "Failed deliveries before a subscription's message is a dead letter.")
    private @Nullable Integer maxDeliveries;

    @Option(
        names = "--idempotency-window",
        paramLabel = "TIME",
        description =
            "For how long a message with an idempotency key is not stored twice: 1s to 30d; default"
                + " 10m.")
    private @Nullable String idempotencyWindow;

    void put(Map<String, Object> definition) throws CommandFailure {
      if (retention != null) {
        definition.put("retentionMs", Units.millis(retention));
      }
      if (retentionBytes != null) {
        definition.put("retentionBytes", retentionBytes);
      }
      if (maxMessageBytes != null) {
        definition.put("maxMessageBytes", maxMessageBytes);
      }
      if (maxDeliveries != null) {
        definition.put("maxDeliveries", maxDeliveries);
      }
      if (idempotencyWindow != null) {
        definition.put("idempotencyWindowMs", Units.millis(idempotencyWindow));
      }
    }
  }

  @Command(
      name = "edit",
      description = {
        "Change settings of a topic; what is not named stays.",
        "A retention that begins keeps what comes from then on; 0s and 0 end it."
      },
      footer = {"", "Example:", "  holdfast topic edit prices.eu --retention 2d"})
  private static final class Edit implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the topic.")
    private String name = "";

    @Mixin private Settings settings = new Settings();

    @Option(names = "--dry-run", description = "Only show what would change.")
    private boolean dryRun;

    Edit(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> change = new LinkedHashMap<>();
      settings.put(change);
      return new SettingsChange(root, "topic", name, BrokerApi.topic(name, ""))
          .carryOut(change, dryRun);
    }
  }

  @Command(name = "list", aliases = "ls", description = "List the topics with their counts.")
  private static final class ListAll implements ApiCommand {
    private final HoldfastCommand root;

    ListAll(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().get("/topics");
      List<JsonObject> topics = answer.objects("topics");
      Output output = root.output();
      if (!output.isTable()) {
        output.json(answer, topics);
        return ExitCode.OK;
      }
      Columns columns = new Columns("NAME", ">SUBSCRIPTIONS", ">MESSAGES", ">PUBLISHED", ">BYTES");
      for (JsonObject topic : topics) {
        columns.add(
            topic.text("name"),
            String.valueOf(topic.number("subscriptions")),
            String.valueOf(topic.number("messages")),
            String.valueOf(topic.number("published", 0)),
            Units.bytes(topic.number("bytes")));
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  @Command(name = "info", description = "Show one topic with its counts and limits.")
  private static final class Info implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the topic.")
    private String name = "";

    Info(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      root.output().details(root.broker().get(BrokerApi.topic(name, "")), "name");
      return ExitCode.OK;
    }
  }

  @Command(
      name = "delete",
      aliases = "rm",
      description = "Remove a topic with its subscriptions and their dead letters.")
  private static final class Delete implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the topic.")
    private String name = "";

    @Mixin private QueueCommands.Consent consent = new QueueCommands.Consent();

    Delete(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Output output = root.output();
      if (consent.isDryRun()) {
        JsonObject topic = root.broker().get(BrokerApi.topic(name, ""));
        Map<String, Object> preview = new LinkedHashMap<>();
        preview.put("dryRun", true);
        preview.put("action", "delete");
        preview.put("name", name);
        preview.put("subscriptions", topic.number("subscriptions"));
        output.result(
            "would delete " + name + " with " + topic.number("subscriptions") + " subscriptions",
            preview);
        return ExitCode.OK;
      }
      consent.require("deleting removes " + name + " with its subscriptions and what waits there");
      JsonObject answer = root.broker().delete(BrokerApi.topic(name, ""));
      output.result(
          "topic " + name + " deleted with " + answer.number("subscriptions") + " subscriptions",
          answer.fields());
      return ExitCode.OK;
    }
  }
}
