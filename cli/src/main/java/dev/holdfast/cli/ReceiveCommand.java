package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminClient;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code msg recv}: takes messages that are there now. They are taken one by one, each printed
 * before the next leaves the queue, so that whatever goes wrong on the way costs at most the one in
 * hand. Without acknowledging, one request fetches all: one by one it would see the first again.
 */
@Command(
    name = "recv",
    description = "Take messages that are available now and print them.",
    footer = {
      "",
      "Examples:",
      "  holdfast msg recv orders --body-only > order.json",
      "  holdfast msg recv orders --limit 100 -o ndjson",
      "  holdfast msg recv orders --wait 30s            wait for the next one",
      "  holdfast msg recv orders --release             print, and leave it in the queue",
      "  holdfast msg recv orders --reject 'no such customer'",
    })
final class ReceiveCommand implements ApiCommand {
  private static final int MAX_LIMIT = 1000;
  private static final long PAUSE_MS = 200;

  private final HoldfastCommand root;

  @Parameters(paramLabel = "QUEUE", description = "Name of the queue.")
  private String queue = "";

  @Option(names = "--limit", paramLabel = "N", description = "At most so many; default 1.")
  private int limit = 1;

  @Option(names = "--ack", description = "Acknowledge the messages: they are gone. The default.")
  private boolean ack;

  @Option(
      names = {"--release", "--no-ack"},
      description = "Release the messages again after printing them.")
  private boolean noAck;

  @Option(
      names = "--reject",
      paramLabel = "REASON",
      description = "Reject the messages: they become dead letters, with this reason.")
  private @Nullable String reject;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      description = "When there is no message yet, wait so long for one: 30s, 5m.")
  private @Nullable String wait;

  @Option(
      names = "--body-only",
      description = "Print raw bodies; a line feed follows each when --limit is above 1.")
  private boolean bodyOnly;

  ReceiveCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    MessageCommands.checkLimit(limit, MAX_LIMIT);
    if ((ack ? 1 : 0) + (noAck ? 1 : 0) + (reject == null ? 0 : 1) > 1) {
      throw new CommandFailure(
          ExitCode.USAGE, "usage", "give one of --ack, --release and --reject, not several");
    }
    BrokerApi broker = root.broker();
    Output output = root.output();
    List<JsonObject> forOneDocument = new ArrayList<>();
    int received = 0;
    try {
      if (wait != null) {
        awaitMessage(broker, Units.millis(wait));
      }
      while (received < limit) {
        int ask = noAck ? limit : 1;
        List<JsonObject> messages = fetch(broker, ask);
        for (JsonObject message : messages) {
          print(output, message, received, forOneDocument);
          received++;
        }
        boolean more = !noAck && !messages.isEmpty() && output.isTaken();
        if (!more) {
          break;
        }
      }
    } catch (CommandFailure e) {
      flush(output, forOneDocument);
      throw received == 0 ? e : partial(received, e);
    }
    flush(output, forOneDocument);
    if (received == 0) {
      output.note("queue " + queue + ": no message is available");
    }
    return output.isTaken() ? ExitCode.OK : ExitCode.FAILED;
  }

  /** Looks at the counts: that is not recorded in the audit log, as receiving is. */
  private void awaitMessage(BrokerApi broker, long millis) throws CommandFailure, IOException {
    LongSupplier clock = root.surroundings().nanoTime();
    long begin = clock.getAsLong();
    while (available(broker) <= 0
        && (clock.getAsLong() - begin) / 1_000_000 < millis
        && pause(Math.min(millis, PAUSE_MS))) {
      // Nothing yet.
    }
  }

  private long available(BrokerApi broker) throws CommandFailure, IOException {
    JsonObject info =
        broker.get(
            queue.contains("::") ? BrokerApi.subscription(queue, "") : BrokerApi.queue(queue, ""));
    return info.number("messages") - info.number("unsettled", 0);
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

  private List<JsonObject> fetch(BrokerApi broker, int count) throws CommandFailure, IOException {
    String path =
        MessageCommands.query(
            BrokerApi.queue(queue, "/receive"),
            "limit",
            String.valueOf(count),
            reject == null ? "ack" : "reject",
            reject == null ? String.valueOf(!noAck) : AdminClient.segment(reject));
    return broker.post(path).objects("messages");
  }

  private void print(Output output, JsonObject message, int index, List<JsonObject> forOneDocument)
      throws IOException {
    if (bodyOnly) {
      output.bytes(new MessageView(message).body());
      output.text(limit > 1 ? "\n" : "");
    } else if (output.isTable()) {
      output.text((index > 0 ? "\n" : "") + new MessageView(message).block());
    } else if (output.isOneDocument()) {
      forOneDocument.add(message);
    } else {
      output.json(message.fields());
    }
  }

  /** {@code -o json} is one document: it is complete only after the last message. */
  private void flush(Output output, List<JsonObject> messages) {
    if (output.isOneDocument() && !bodyOnly) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("messages", messages.stream().map(JsonObject::fields).toList());
      output.json(document);
    }
  }

  private static CommandFailure partial(int received, CommandFailure cause) {
    return new CommandFailure(
        ExitCode.PARTIAL,
        cause.code(),
        "stopped after " + received + " messages: " + cause.reason());
  }
}
