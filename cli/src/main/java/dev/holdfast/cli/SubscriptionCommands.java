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

/** {@code holdfast sub ...}. */
@Command(
    name = "sub",
    description = {
      "Make, list, show, change, purge, move and delete subscriptions of topics.",
      "A subscription's address is TOPIC::NAME."
    })
final class SubscriptionCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private SubscriptionCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new SubscriptionCommands())
        .addSubcommand(new Create(root))
        .addSubcommand(new ListAll(root))
        .addSubcommand(new Info(root))
        .addSubcommand(new Edit(root))
        .addSubcommand(new Purge(root))
        .addSubcommand(new Seek(root))
        .addSubcommand(new Delete(root));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "sub needs one of: create, list, info, edit, purge, seek, delete");
  }

  /** A sequence is a number in JSON, everything else a word. */
  private static Object start(String text) {
    return text.matches("[0-9]{1,18}") ? (Object) Long.valueOf(text) : text;
  }

  @Command(
      name = "create",
      description = "Make a durable subscription.",
      footer = {
        "",
        "Examples:",
        "  holdfast sub create prices.eu::billing --from earliest",
        "  holdfast sub create 'prices.#::audit'",
        "  holdfast sub create orders::large --where \"weight > 2000 AND region = 'north'\"",
      })
  private static final class Create implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(
        paramLabel = "ADDRESS",
        description =
            "TOPIC::NAME; the topic may be a pattern: * stands for one word, # for any number.")
    private String address = "";

    @Option(
        names = "--from",
        paramLabel = "WHERE",
        description =
            "Where it starts: latest (default), earliest, a sequence, or a time such as"
                + " 2026-01-31T12:00:00Z.")
    private @Nullable String from;

    @Option(
        names = "--where",
        paramLabel = "SELECTOR",
        description = "Which messages it gets: a JMS selector (default: all).")
    private @Nullable String selector;

    @Option(names = "--exclusive", description = "One consumer at a time.")
    private boolean exclusive;

    Create(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      int at = address.indexOf("::");
      if (at < 0) {
        throw new CommandFailure(
            ExitCode.USAGE, "usage", "a subscription's address is TOPIC::NAME, not " + address);
      }
      Map<String, Object> definition = new LinkedHashMap<>();
      definition.put("source", address.substring(0, at));
      definition.put("name", address.substring(at + 2));
      if (exclusive) {
        definition.put("shared", false);
      }
      if (selector != null) {
        definition.put("where", selector);
      }
      if (from != null) {
        definition.put("start", start(from));
      }
      JsonObject made = root.broker().post("/subscriptions", definition);
      root.output().result("subscription " + made.text("address") + " created", made.fields());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "edit",
      description = {
        "Choose anew which messages a subscription gets, of those that come and those that wait.",
        "What it did not take before stays away. Close its consumers first."
      },
      footer = {
        "",
        "Example:",
        "  holdfast sub edit orders::large --where \"weight > 3000\"",
      })
  private static final class Edit implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "ADDRESS", description = "TOPIC::NAME.")
    private String address = "";

    @Option(
        names = "--where",
        paramLabel = "SELECTOR",
        required = true,
        description = "A JMS selector; an empty one: all messages.")
    private String selector = "";

    @Option(names = "--dry-run", description = "Only show what would change.")
    private boolean dryRun;

    Edit(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return new SettingsChange(root, "sub", address, BrokerApi.subscription(address, ""))
          .carryOut(Map.of("where", selector), dryRun);
    }
  }

  @Command(name = "list", aliases = "ls", description = "List subscriptions with their counts.")
  private static final class ListAll implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(
        paramLabel = "TOPIC",
        arity = "0..1",
        description = "Only those of this topic or pattern.")
    private @Nullable String source;

    ListAll(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().get(BrokerApi.subscriptions(source));
      List<JsonObject> all = answer.objects("subscriptions");
      Output output = root.output();
      if (!output.isTable()) {
        output.json(answer, all);
        return ExitCode.OK;
      }
      Columns columns =
          new Columns("ADDRESS", ">MESSAGES", ">UNSETTLED", ">CONSUMERS", ">DEAD", ">BYTES");
      for (JsonObject subscription : all) {
        columns.add(
            subscription.text("address"),
            String.valueOf(subscription.number("messages")),
            String.valueOf(subscription.number("unsettled")),
            String.valueOf(subscription.number("consumers")),
            String.valueOf(subscription.number("deadLetters", 0)),
            Units.bytes(subscription.number("bytes")));
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  @Command(name = "info", description = "Show one subscription with its counts.")
  private static final class Info implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "ADDRESS", description = "TOPIC::NAME.")
    private String address = "";

    Info(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      root.output().details(root.broker().get(BrokerApi.subscription(address, "")), "address");
      return ExitCode.OK;
    }
  }

  @Command(
      name = "purge",
      description = "Remove the messages of a subscription that are not out at a consumer.")
  private static final class Purge implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "ADDRESS", description = "TOPIC::NAME.")
    private String address = "";

    @Mixin private QueueCommands.Consent consent = new QueueCommands.Consent();

    Purge(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      if (consent.isDryRun()) {
        return preview(root, address, "purge");
      }
      consent.require("purging removes every waiting message of " + address);
      JsonObject answer = root.broker().post(BrokerApi.subscription(address, "/purge"));
      root.output()
          .result(address + ": " + answer.number("purged") + " messages removed", answer.fields());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "seek",
      description = "Move a subscription without consumers to another place of what is kept.")
  private static final class Seek implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(index = "0", paramLabel = "ADDRESS", description = "TOPIC::NAME.")
    private String address = "";

    @Parameters(
        index = "1",
        paramLabel = "WHERE",
        description = "earliest, latest, a sequence, or a time such as 2026-01-31T12:00:00Z.")
    private String where = "";

    @Mixin private QueueCommands.Consent consent = new QueueCommands.Consent();

    Seek(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      if (consent.isDryRun()) {
        return preview(root, address, "seek");
      }
      consent.require("moving " + address + " forgets what waits there now");
      JsonObject moved =
          root.broker()
              .post(BrokerApi.subscription(address, "/seek"), Map.of("start", start(where)));
      root.output()
          .result(
              address + " moved, " + moved.number("messages") + " messages wait", moved.fields());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "delete",
      aliases = "rm",
      description = "Remove a subscription with what waits for it and its dead letters.")
  private static final class Delete implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "ADDRESS", description = "TOPIC::NAME.")
    private String address = "";

    @Mixin private QueueCommands.Consent consent = new QueueCommands.Consent();

    Delete(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      if (consent.isDryRun()) {
        return preview(root, address, "delete");
      }
      consent.require("deleting removes " + address + " with what waits there");
      JsonObject answer = root.broker().delete(BrokerApi.subscription(address, ""));
      root.output()
          .result(
              "subscription "
                  + address
                  + " deleted with "
                  + answer.number("messages")
                  + " messages",
              answer.fields());
      return ExitCode.OK;
    }
  }

  private static ExitCode preview(HoldfastCommand root, String address, String action)
      throws CommandFailure, IOException {
    JsonObject subscription = root.broker().get(BrokerApi.subscription(address, ""));
    long messages = subscription.number("messages");
    Map<String, Object> preview = new LinkedHashMap<>();
    preview.put("dryRun", true);
    preview.put("action", action);
    preview.put("address", address);
    preview.put("messages", messages);
    preview.put("unsettled", subscription.number("unsettled"));
    root.output()
        .result("would " + action + " " + address + ": " + messages + " messages", preview);
    return ExitCode.OK;
  }
}
