package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminClient;
import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
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

/** {@code conn ...}: who is connected, and what they use. */
@Command(name = "conn", description = "See who is connected and what they use; close connections.")
final class ConnectionCommands implements Runnable {
  private static final String PATH = "/connections";

  @Spec private CommandSpec spec = CommandSpec.create();

  private ConnectionCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new ConnectionCommands())
        .addSubcommand(new ListAll(root))
        .addSubcommand(new Info(root))
        .addSubcommand(new Close(root));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "conn needs one of: list, info, close");
  }

  private static String path(String id, String rest) {
    return PATH + '/' + AdminClient.segment(id) + rest;
  }

  @Command(
      name = "list",
      aliases = "ls",
      description = "List AMQP connections, the oldest first.",
      footer = {
        "",
        "Examples:",
        "  holdfast conn list",
        "  holdfast conn list --principal user:alice"
      })
  private static final class ListAll implements ApiCommand {
    private final HoldfastCommand root;

    @Option(names = "--principal", paramLabel = "WHO", description = "Only those of this one.")
    private String principal = "";

    ListAll(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      List<JsonObject> found = root.broker().get(PATH).objects("connections");
      if (!principal.isEmpty()) {
        List<JsonObject> mine = new ArrayList<>();
        for (JsonObject connection : found) {
          if (connection.text("principal", "").equals(principal)) {
            mine.add(connection);
          }
        }
        found = mine;
      }
      Output output = root.output();
      if (!output.isTable()) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("connections", found.stream().map(JsonObject::fields).toList());
        output.json(new JsonObject(answer), found);
        return ExitCode.OK;
      }
      Columns columns =
          new Columns(
              "ID",
              "PRINCIPAL",
              "TRANSPORT",
              "REMOTE",
              "CONTAINER",
              "STATE",
              "SINCE",
              ">LINKS",
              ">UNSETTLED");
      for (JsonObject connection : found) {
        columns.add(
            connection.text("id"),
            connection.text("principal", "-"),
            connection.text("transport"),
            connection.text("remote"),
            orDash(connection.text("container", "")),
            connection.text("state"),
            connection.text("since"),
            String.valueOf(connection.number("links")),
            String.valueOf(connection.number("unsettled")));
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  private static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }

  @Command(
      name = "info",
      description = "Show one connection with its sessions and links.",
      footer = {"", "Example:", "  holdfast conn info c12"})
  private static final class Info implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "ID", description = "As conn list shows it.")
    private String id = "";

    Info(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject connection = root.broker().get(path(id, ""));
      Output output = root.output();
      if (!output.isTable()) {
        output.json(connection.fields());
        return ExitCode.OK;
      }
      for (String field :
          List.of(
              "id",
              "principal",
              "mechanism",
              "uid",
              "pid",
              "transport",
              "remote",
              "container",
              "state",
              "since",
              "unsettled")) {
        Object value = connection.value(field);
        if (value != null && !value.equals("")) {
          output.line(field + ": " + value);
        }
      }
      output.text("\n");
      Columns columns =
          new Columns(">SESSION", ">UNSETTLED", "OPERATION", "ADDRESS", "LINK", "STATE");
      for (JsonObject session : connection.objects("sessionList")) {
        String channel = String.valueOf(session.number("channel"));
        String unsettled = String.valueOf(session.number("unsettled"));
        List<JsonObject> links = session.objects("links");
        if (links.isEmpty()) {
          columns.add(channel, unsettled, "-", "-", "-", "-");
        }
        for (JsonObject link : links) {
          columns.add(
              channel,
              unsettled,
              orDash(link.text("operation", "")),
              orDash(link.text("address", "")),
              link.text("name"),
              link.flag("attached", true) ? "attached" : "not attached");
        }
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "close",
      description = {
        "Close a connection; its peer is told why, and may connect again.",
        "What it had not settled goes back to its place."
      },
      footer = {"", "Examples:", "  holdfast conn close c12 --reason 'stuck since noon' --yes"})
  private static final class Close implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "ID", description = "As conn list shows it.")
    private String id = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Told to the peer.")
    private String reason = "";

    @Mixin private QueueCommands.Consent consent = new QueueCommands.Consent();

    Close(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      BrokerApi broker = root.broker();
      if (consent.isDryRun()) {
        JsonObject connection = broker.get(path(id, ""));
        Map<String, Object> preview = new LinkedHashMap<>();
        preview.put("dryRun", true);
        preview.put("action", "close");
        preview.put("id", id);
        preview.put("links", connection.number("links"));
        preview.put("unsettled", connection.number("unsettled"));
        root.output()
            .result(
                "would close "
                    + id
                    + " of "
                    + connection.text("principal", "-")
                    + ": "
                    + connection.number("links")
                    + " links, "
                    + connection.number("unsettled")
                    + " unsettled",
                preview);
        return ExitCode.OK;
      }
      consent.require("this closes connection " + id);
      JsonObject answer = broker.post(path(id, "/close"), Map.of("reason", reason));
      root.output().result("closed " + id, answer.fields());
      return ExitCode.OK;
    }
  }
}
