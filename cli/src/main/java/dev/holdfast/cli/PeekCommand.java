package dev.holdfast.cli;

import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.Escapes;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code msg peek}: look, without changing anything. */
@Command(
    name = "peek",
    description = "Look at messages; changes neither order nor counts nor locks.",
    footer = {
      "",
      "Examples:",
      "  holdfast msg peek orders --limit 5",
      "  holdfast msg peek orders --from 1000 -o ndjson",
      "  holdfast msg peek orders --where 'amount > 100' --text urgent",
    })
final class PeekCommand implements ApiCommand {
  private static final int MAX_LIMIT = 1000;
  private static final int BODY_CHARS = 60;

  private final HoldfastCommand root;

  @Parameters(paramLabel = "QUEUE", description = "Name of the queue.")
  private String queue = "";

  @Option(names = "--limit", paramLabel = "N", description = "At most so many; default 10.")
  private int limit = 10;

  @Mixin private Search.Filter filter = new Search.Filter();

  @Mixin private Search.Text text = new Search.Text();

  @Mixin private Search.Budget budget = new Search.Budget();

  @Option(
      names = "--body-only",
      description = "Print raw bodies; a line feed follows each when --limit is above 1.")
  private boolean bodyOnly;

  PeekCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    MessageCommands.checkLimit(limit, MAX_LIMIT);
    if (!filter.containing(text.text()).isOpen()) {
      if (bodyOnly) {
        throw new CommandFailure(
            ExitCode.USAGE, "usage", "--body-only does not go with --where, --text and --to");
      }
      return SearchCommands.list(root, queue, filter, budget, limit);
    }
    String path =
        MessageCommands.query(
            BrokerApi.queue(queue, "/messages"),
            "limit",
            String.valueOf(limit),
            "from",
            String.valueOf(filter.from()));
    JsonObject answer = root.broker().get(path);
    List<JsonObject> messages = answer.objects("messages");
    Output output = root.output();
    if (bodyOnly) {
      for (JsonObject message : messages) {
        output.bytes(new MessageView(message).body());
        output.text(limit > 1 ? "\n" : "");
      }
    } else if (output.isTable()) {
      output.text(table(messages));
    } else {
      output.json(answer, messages);
    }
    return ExitCode.OK;
  }

  /** Messages in one line each. */
  static String table(List<JsonObject> messages) throws IOException {
    Columns columns = new Columns(">SEQ", "ENQUEUED", ">FAILURES", "OUT", ">BYTES", "ID", "BODY");
    for (JsonObject message : messages) {
      Object id = message.object("properties").value("messageId");
      columns.add(
          String.valueOf(message.number("sequence")),
          message.text("enqueued"),
          String.valueOf(message.number("failures")),
          message.flag("unsettled", false) ? "yes" : "-",
          String.valueOf(message.number("bytes")),
          id == null ? "-" : String.valueOf(id),
          Escapes.brief(new MessageView(message).bodyText(), BODY_CHARS));
    }
    return columns.render();
  }
}
