package dev.holdfast.cli;

import dev.holdfast.cli.text.Escapes;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code msg tail}: the latest messages, and those that come. */
@Command(
    name = "tail",
    description = {
      "Show the latest messages, and with -f those that come; changes nothing.",
      "What a consumer is done with before it is looked at is not seen."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast msg tail orders -n 5",
      "  holdfast msg tail orders -f --where \"type = 'order'\" -o ndjson",
      "  holdfast msg tail prices::billing --from 0 -f",
    })
final class TailCommand implements ApiCommand {
  private static final long SHORTEST_PAUSE_MS = 10;
  private static final int PAGE = 1_000;
  private static final int BODY_CHARS = 200;

  private final HoldfastCommand root;

  @Parameters(
      paramLabel = "QUEUE",
      description = "The queue; with --from also TOPIC::NAME, or a topic that retains messages.")
  private String queue = "";

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      description = "Begin with what is left of the last N that were sent; default 10.")
  private int lines = 10;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on until interrupted.")
  private boolean follow;

  @Mixin private Search.Filter filter = new Search.Filter();

  @Mixin private Search.Text text = new Search.Text();

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      description = "How often to look for new ones; default 500ms.")
  private String interval = "500ms";

  TailCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    if (lines < 0) {
      throw usage("--lines takes 0 or more");
    }
    Output output = root.output();
    if (follow && output.isOneDocument()) {
      throw usage("-f never ends one JSON document; use -o ndjson");
    }
    long pause = Math.max(SHORTEST_PAUSE_MS, Units.millis(interval));
    BrokerApi broker = root.broker();
    if (filter.from() == 0 && !queue.contains("::")) {
      filter.startAt(start(broker));
    }
    Search search =
        new Search(
            broker,
            queue,
            filter.containing(text.text()),
            Search.Budget.unlimited(),
            Search.Show.PARTS);
    if (output.isOneDocument()) {
      return document(output, search);
    }
    long mark = follow ? mark(broker) : 0;
    while (true) {
      while (search.more()) {
        for (JsonObject message : search.fetch(PAGE)) {
          show(output, message);
        }
      }
      long before = mark;
      while (before == mark) {
        if (!follow || !output.isTaken() || !pause(pause)) {
          return ExitCode.OK;
        }
        mark = mark(broker);
      }
      search.rest();
    }
  }

  /**
   * A number that is another one when messages have come. To look at messages is recorded in the
   * audit log each time, to look at counts is not.
   */
  private long mark(BrokerApi broker) throws CommandFailure, IOException {
    if (queue.contains("::")) {
      JsonObject info = broker.get(BrokerApi.subscription(queue, ""));
      return info.number("messages") + info.number("acknowledged", 0);
    }
    try {
      JsonObject info = broker.get(BrokerApi.queue(queue, ""));
      return info.number("nextSequence") + info.number("published", 0);
    } catch (CommandFailure e) {
      if (e.exitCode() != ExitCode.NOT_FOUND || filter.from() == 0) {
        throw e;
      }
      return broker.get(BrokerApi.topic(queue, "")).number("nextSequence");
    }
  }

  private ExitCode document(Output output, Search search) throws CommandFailure, IOException {
    List<Object> all = new ArrayList<>();
    while (search.more()) {
      search.fetch(PAGE).forEach(message -> all.add(message.fields()));
    }
    output.json(Map.of("messages", all));
    return ExitCode.OK;
  }

  private long start(BrokerApi broker) throws CommandFailure, IOException {
    JsonObject info = broker.get(BrokerApi.queue(queue, ""));
    if (info.flag("prioritised", false)) {
      throw usage(queue + " has priorities and so no one end: use msg peek");
    }
    return Math.max(0, info.number("nextSequence") - lines);
  }

  private static void show(Output output, JsonObject message) throws IOException {
    if (!output.isTable()) {
      output.jsonLine(message.fields());
      return;
    }
    Object id = message.object("properties").value("messageId");
    output.text(
        message.number("sequence")
            + "  "
            + Escapes.line(message.text("enqueued"))
            + "  "
            + Escapes.line(id == null ? "-" : String.valueOf(id))
            + "  "
            + Escapes.brief(new MessageView(message).bodyText(), BODY_CHARS)
            + '\n');
  }

  private static boolean pause(long millis) {
    try {
      Thread.sleep(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static CommandFailure usage(String message) {
    return new CommandFailure(ExitCode.USAGE, "usage", message);
  }
}
