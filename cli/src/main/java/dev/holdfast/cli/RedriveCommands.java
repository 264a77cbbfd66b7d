package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Work on many messages; for dead letters: {@code dlq redrive} and {@code dlq drop}. */
final class RedriveCommands {
  private static final long FIRST_WAIT_MS = 20;
  private static final long LONGEST_WAIT_MS = 500;

  private RedriveCommands() {}

  @Command(
      name = "redrive",
      description = {
        "Send dead letters back to where they came from, or to another node.",
        "The broker does it, and goes on over a restart; this command waits for the end."
      },
      footer = {
        "",
        "Examples:",
        "  holdfast dlq redrive orders --dry-run",
        "  holdfast dlq redrive orders --reason rejected --older-than 1h --rate 100/s --yes",
        "  holdfast dlq redrive prices::billing --where \"type = 'tick'\" --to spare --yes",
      })
  static final class Redrive implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "QUEUE", description = "The queue, or TOPIC::NAME.")
    private String queue = "";

    @Mixin private DeadLetterCommands.Filter filter = new DeadLetterCommands.Filter();

    @Option(
        names = "--to",
        paramLabel = "NODE",
        description = "A queue, a topic or TOPIC::NAME; default: where each came from.")
    private @Nullable String to;

    @Option(
        names = "--max-hops",
        paramLabel = "N",
        description = "Leave what has died more often than this; default 10.")
    private @Nullable Integer maxHops;

    @Mixin private Pace pace = new Pace();

    @Mixin private QueueCommands.Consent consent = new QueueCommands.Consent();

    Redrive(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> order = new LinkedHashMap<>();
      order.put("action", "redrive");
      order.putAll(filter.fields());
      if (to != null) {
        order.put("to", to);
      }
      if (maxHops != null) {
        order.put("maxHops", maxHops);
      }
      return carryOut(root, Work.onDeadLetters(queue), order, pace, consent);
    }
  }

  @Command(
      name = "drop",
      description = "Delete dead letters for good.",
      footer = {
        "",
        "Examples:",
        "  holdfast dlq drop orders --older-than 30d --dry-run",
        "  holdfast dlq drop orders --reason expired --yes",
      })
  static final class Drop implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "QUEUE", description = "The queue, or TOPIC::NAME.")
    private String queue = "";

    @Mixin private DeadLetterCommands.Filter filter = new DeadLetterCommands.Filter();

    @Mixin private Pace pace = new Pace();

    @Mixin private QueueCommands.Consent consent = new QueueCommands.Consent();

    Drop(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> order = new LinkedHashMap<>();
      order.put("action", "drop");
      order.putAll(filter.fields());
      return carryOut(root, Work.onDeadLetters(queue), order, pace, consent);
    }
  }

  /** How fast, and whether to wait. */
  static final class Pace {
    @Option(
        names = "--rate",
        paramLabel = "N/s",
        description = "Most messages in a second; default: as fast as it goes.")
    private @Nullable String rate;

    @Option(
        names = "--no-wait",
        description = "Only begin it: see dlq tasks for how far it has got.")
    private boolean noWait;

    void put(Map<String, Object> order) throws CommandFailure {
      if (rate == null) {
        return;
      }
      String number = rate.endsWith("/s") ? rate.substring(0, rate.length() - 2) : rate;
      if (!number.matches("[1-9][0-9]{0,6}")) {
        throw new CommandFailure(
            ExitCode.USAGE, "usage", "--rate takes messages per second, such as 100/s");
      }
      order.put("perSecond", Integer.valueOf(number));
    }
  }

  /**
   * What is worked on.
   *
   * @param path of it below the API
   * @param node its name
   * @param what it holds, for people
   */
  record Work(String path, String node, String what) {
    static Work onDeadLetters(String queue) {
      return new Work(BrokerApi.deadLetters(queue, ""), queue, "dead letters");
    }
  }

  /** Shows what would be done, or begins it and waits for the end. */
  static ExitCode carryOut(
      HoldfastCommand root,
      Work work,
      Map<String, Object> order,
      Pace pace,
      QueueCommands.Consent consent)
      throws CommandFailure, IOException {
    pace.put(order);
    String action = String.valueOf(order.get("action"));
    BrokerApi broker = root.broker();
    if (consent.isDryRun()) {
      JsonObject count = broker.post(work.path() + "/count", order);
      Map<String, Object> preview = new LinkedHashMap<>();
      preview.put("dryRun", true);
      preview.put("action", action);
      preview.put("node", work.node());
      count.fields().forEach((name, value) -> preview.put(String.valueOf(name), value));
      root.output()
          .result(
              "would "
                  + action
                  + ' '
                  + count.number("messages")
                  + ' '
                  + work.what()
                  + " of "
                  + work.node()
                  + " ("
                  + Units.bytes(count.number("bytes"))
                  + ')'
                  + skipped(count),
              preview);
      return ExitCode.OK;
    }
    consent.require(warning(action) + ' ' + work.what() + " of " + work.node());
    JsonObject task = broker.post(work.path() + "/tasks", order);
    if (!pace.noWait) {
      task = ended(root, broker, task);
    }
    root.output().result(told(task, work.what()), task.fields());
    return exit(task, pace.noWait);
  }

  private static String warning(String action) {
    return switch (action) {
      case "redrive" -> "redriving moves";
      case "move" -> "this moves";
      case "copy" -> "this copies";
      default -> "this deletes for good";
    };
  }

  private static String told(JsonObject task, String what) throws IOException {
    String done =
        switch (task.text("action")) {
          case "redrive" -> " redriven";
          case "move" -> " moved";
          case "copy" -> " copied";
          default -> " deleted";
        };
    return "task "
        + task.number("id")
        + " is "
        + task.text("state")
        + ": "
        + task.number("done")
        + ' '
        + what
        + " of "
        + task.text("node")
        + done
        + skipped(task)
        + (task.text("error", "").isEmpty() ? "" : "; " + task.text("error"));
  }

  /** Why messages stay, after a comma. */
  static String skipped(JsonObject counted) throws IOException {
    Map<?, ?> skipped = counted.object("skipped").fields();
    return skipped.isEmpty()
        ? ""
        : skipped.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", ", ", skipped: ", ""));
  }

  private static JsonObject ended(HoldfastCommand root, BrokerApi broker, JsonObject begun)
      throws CommandFailure, IOException {
    JsonObject task = begun;
    long wait = FIRST_WAIT_MS;
    try (Progress progress = Progress.of(root)) {
      while (task.text("state").equals("running")) {
        try {
          Thread.sleep(wait);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return task;
        }
        wait = Math.min(LONGEST_WAIT_MS, wait * 2);
        task = broker.get(BrokerApi.task(task.number("id"), ""));
        progress.show(task.number("done"), task.number("waiting"), "messages");
      }
    }
    return task;
  }

  private static ExitCode exit(JsonObject task, boolean unwatched) throws IOException {
    boolean whole = task.object("skipped").fields().isEmpty();
    return switch (task.text("state")) {
      case "done" -> whole ? ExitCode.OK : ExitCode.PARTIAL;
      case "failed" -> ExitCode.FAILED;
      default -> unwatched ? ExitCode.OK : ExitCode.PARTIAL;
    };
  }
}
