package dev.holdfast.cli;

import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.Escapes;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
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

/** {@code holdfast sched ...}: messages that wait for their moment. */
@Command(
    name = "sched",
    description = "List and cancel messages that wait for the moment of their delivery.")
final class ScheduledCommands implements Runnable {
  private static final int MAX_LIMIT = 1_000;
  private static final int BODY_CHARS = 60;

  @Spec private CommandSpec spec = CommandSpec.create();

  private ScheduledCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new ScheduledCommands())
        .addSubcommand(new ListSome(root))
        .addSubcommand(new Cancel(root));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "sched needs one of: list, cancel");
  }

  private static String path(String node, int limit, long from) {
    return MessageCommands.query(
        BrokerApi.scheduled(node, ""),
        "limit",
        String.valueOf(limit),
        "from",
        String.valueOf(from));
  }

  @Command(
      name = "list",
      aliases = "ls",
      description = "List them in the order in which they were sent.",
      footer = {"", "Example:", "  holdfast sched list orders --limit 50"})
  private static final class ListSome implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NODE", description = "The queue or topic.")
    private String node = "";

    @Option(names = "--limit", paramLabel = "N", description = "At most so many; default 20.")
    private int limit = 20;

    @Option(names = "--from", paramLabel = "SEQ", description = "Start at this sequence.")
    private long from;

    ListSome(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      MessageCommands.checkLimit(limit, MAX_LIMIT);
      JsonObject answer = root.broker().get(path(node, limit, from));
      List<JsonObject> messages = answer.objects("messages");
      Output output = root.output();
      if (!output.isTable()) {
        output.json(answer, messages);
        return ExitCode.OK;
      }
      Columns columns = new Columns(">SEQ", "DUE", "SENT", ">BYTES", "ID", "BODY");
      for (JsonObject message : messages) {
        Object id = message.object("properties").value("messageId");
        columns.add(
            String.valueOf(message.number("sequence")),
            message.text("due"),
            message.text("enqueued"),
            String.valueOf(message.number("bytes")),
            id == null ? "-" : String.valueOf(id),
            Escapes.brief(new MessageView(message).bodyText(), BODY_CHARS));
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "cancel",
      description = "Delete messages that wait.",
      footer = {"", "Example:", "  holdfast sched cancel orders 17 18"})
  private static final class Cancel implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(index = "0", paramLabel = "NODE", description = "The queue or topic.")
    private String node = "";

    @Parameters(
        index = "1..*",
        arity = "1..*",
        paramLabel = "SEQ",
        description = "Their sequences, as list shows them.")
    private List<Long> sequences = List.of();

    @Option(names = "--dry-run", description = "Only show which are there.")
    private boolean dryRun;

    Cancel(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      BrokerApi broker = root.broker();
      int done = 0;
      for (long sequence : sequences) {
        try {
          if (dryRun) {
            find(broker, sequence);
          } else {
            broker.delete(BrokerApi.scheduled(node, "/" + sequence));
          }
        } catch (CommandFailure e) {
          throw done == 0
              ? e
              : new CommandFailure(
                  ExitCode.PARTIAL, e.code(), "after " + done + " messages: " + e.reason());
        }
        done++;
      }
      Map<String, Object> result = new LinkedHashMap<>();
      if (dryRun) {
        result.put("dryRun", true);
        result.put("action", "cancel");
      }
      result.put("node", node);
      result.put("cancelled", sequences);
      root.output()
          .result(
              (dryRun ? "would cancel " : "cancelled ") + done + " delayed messages of " + node,
              result);
      return ExitCode.OK;
    }

    private void find(BrokerApi broker, long sequence) throws CommandFailure, IOException {
      List<JsonObject> messages = broker.get(path(node, 1, sequence)).objects("messages");
      if (messages.isEmpty() || messages.get(0).number("sequence") != sequence) {
        throw new CommandFailure(
            ExitCode.NOT_FOUND, "not-found", "no message " + sequence + " waits for " + node);
      }
    }
  }
}
