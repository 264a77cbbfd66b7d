package dev.holdfast.cli;

import dev.holdfast.cli.TopState.Order;
import dev.holdfast.cli.TopState.Row;
import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code top}: queues and subscriptions, live. */
@Command(
    name = "top",
    description = {
      "Watch queues and subscriptions: backlog, age of the oldest message, messages in and out a second, dead"
          + " letters, consumers.",
      "Keys: s or < > sort, / filter (Enter ends, Esc clears), up and down choose, Enter looks into"
          + " one, Esc or b goes back, q ends.",
      "When the output is no terminal it prints a table, or JSON, at each interval."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast top",
      "  holdfast top --sort age --filter orders --interval 5s",
      "  holdfast top --count 1 -o ndjson",
    })
final class TopCommand implements ApiCommand {
  private static final long SHORTEST_MS = 100;

  private final HoldfastCommand root;

  @Option(names = "--interval", paramLabel = "TIME", description = "Default: 2s.")
  private String interval = "2s";

  @Option(
      names = "--sort",
      paramLabel = "COLUMN",
      description = "backlog (default), age, in, out, dead, consumers or name.")
  private String sort = "backlog";

  @Option(names = "--filter", paramLabel = "TEXT", description = "Only those with it in the name.")
  private String filter = "";

  @Option(names = "--count", paramLabel = "N", description = "End after so many looks.")
  private int count;

  @Option(names = "--plain", description = "Print tables on a terminal too.")
  private boolean plain;

  TopCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    Order order;
    try {
      order = Order.valueOf(sort.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "usage",
          "--sort takes backlog, age, in, out, dead, consumers or name, not " + sort);
    }
    long pause = Math.max(SHORTEST_MS, Units.millis(interval));
    BrokerApi broker = root.broker();
    // What cannot be had at all is told before the screen changes.
    List<JsonObject> first = TopState.fetch(broker);
    Output output = root.output();
    if (!plain && output.isTable() && Terminal.is(1)) {
      try (Terminal terminal = Terminal.open(root.surroundings().out())) {
        new TopScreen(terminal, broker, root.surroundings().nanoTime())
            .run(order, filter, pause, count);
      }
      return ExitCode.OK;
    }
    return print(broker, first, order, pause);
  }

  private ExitCode print(BrokerApi broker, List<JsonObject> first, Order order, long pause)
      throws CommandFailure, IOException {
    TopState state = new TopState();
    Output output = root.output();
    List<JsonObject> queues = first;
    for (int i = 1; ; i++) {
      state.update(queues, Instant.now(), root.surroundings().nanoTime().getAsLong());
      List<Row> rows = state.rows(filter, order);
      if (output.isTable()) {
        output.text((i == 1 ? "" : "\n") + table(rows));
      } else {
        output.json(document(rows));
      }
      if (i == count || !output.isTaken() || !sleep(pause)) {
        return ExitCode.OK;
      }
      queues = TopState.fetch(broker);
    }
  }

  private static boolean sleep(long millis) {
    try {
      Thread.sleep(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** As people read them. */
  static String table(List<Row> rows) {
    Columns columns =
        new Columns(
            "QUEUE",
            ">BACKLOG",
            ">BYTES",
            ">OUT",
            ">OLDEST",
            ">IN/s",
            ">DONE/s",
            ">DEAD",
            ">CONSUMERS");
    for (Row row : rows) {
      columns.add(
          row.name(),
          String.valueOf(row.messages()),
          Units.bytes(row.bytes()),
          String.valueOf(row.unsettled()),
          row.oldestSeconds() < 0 ? "-" : Units.duration(row.oldestSeconds()),
          rate(row.in()),
          rate(row.out()),
          String.valueOf(row.dead()),
          String.valueOf(row.consumers()));
    }
    return columns.render();
  }

  private static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 10 && perSecond > 0 ? "%.1f" : "%.0f", perSecond);
  }

  private static Map<String, Object> document(List<Row> rows) {
    List<Object> queues = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Object> queue = new LinkedHashMap<>();
      queue.put("name", row.name());
      queue.put("messages", row.messages());
      queue.put("bytes", row.bytes());
      queue.put("unsettled", row.unsettled());
      queue.put("oldestSeconds", row.oldestSeconds() < 0 ? null : row.oldestSeconds());
      queue.put("inPerSecond", row.in());
      queue.put("donePerSecond", row.out());
      queue.put("deadLetters", row.dead());
      queue.put("consumers", row.consumers());
      queues.add(queue);
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("queues", queues);
    return document;
  }
}
