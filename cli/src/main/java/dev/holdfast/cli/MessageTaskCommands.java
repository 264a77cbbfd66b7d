package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Work on many messages of a queue: {@code msg move}, {@code copy} and {@code delete}. */
final class MessageTaskCommands {
  private MessageTaskCommands() {}

  /** Which messages are meant. */
  static final class Choice {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})(?:\\.\\.(\\d{1,18}))?");

    @Parameters(index = "0", paramLabel = "QUEUE", description = "Name of the queue.")
    private String queue = "";

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "SEQ[..SEQ]",
        description = "Only this message, or those from one sequence to another.")
    private @Nullable String range;

    @Option(
        names = "--where",
        paramLabel = "SELECTOR",
        description = "Only those that pass, for example \"type = 'order' AND amount > 100\".")
    private @Nullable String where;

    @Option(
        names = "--older-than",
        paramLabel = "TIME",
        description = "Only those that came longer ago: 30s, 5m, 2h, 7d.")
    private @Nullable String olderThan;

    boolean isOne() {
      return range != null && !range.contains("..");
    }

    /** One that was named has to be there: a task that finds nothing would only say so. */
    void requireThere(BrokerApi broker, Map<String, Object> order)
        throws CommandFailure, IOException {
      JsonObject count = broker.post(BrokerApi.queue(queue, "/count"), order);
      if (count.number("messages") == 0 && count.object("skipped").fields().isEmpty()) {
        throw new CommandFailure(
            ExitCode.NOT_FOUND, "not-found", "there is no such message " + range + " in " + queue);
      }
    }

    Map<String, Object> order(String action) throws CommandFailure {
      Map<String, Object> order = new LinkedHashMap<>();
      order.put("action", action);
      if (range != null) {
        Matcher parts = RANGE.matcher(range);
        if (!parts.matches()) {
          throw new CommandFailure(
              ExitCode.USAGE,
              "usage",
              "'" + range + "' is no sequence, as 42, and no range, 42..99");
        }
        long from = Long.parseLong(parts.group(1));
        order.put("fromSequence", from);
        order.put("toSequence", parts.group(2) == null ? from : Long.parseLong(parts.group(2)));
      }
      if (where != null) {
        order.put("where", where);
      }
      if (olderThan != null) {
        order.put("olderThanMs", Units.millis(olderThan));
      }
      return order;
    }
  }

  private static ExitCode carryOut(
      HoldfastCommand root,
      Choice choice,
      Map<String, Object> order,
      RedriveCommands.Pace pace,
      QueueCommands.Consent consent)
      throws CommandFailure, IOException {
    if (choice.isOne() && !consent.isDryRun() && consent.isGiven()) {
      choice.requireThere(root.broker(), order);
    }
    RedriveCommands.Work work =
        new RedriveCommands.Work(BrokerApi.queue(choice.queue, ""), choice.queue, "messages");
    return RedriveCommands.carryOut(root, work, order, pace, consent);
  }

  @Command(
      name = "move",
      description = {
        "Move messages to another node, as they are and in their order.",
        "The broker does it, page by page, and goes on over a restart; what is out at a consumer"
            + " stays."
      },
      footer = {
        "",
        "Examples:",
        "  holdfast msg move orders --to spare --where \"type = 'test'\" --dry-run",
        "  holdfast msg move orders 42 --to spare --yes",
        "  holdfast msg move orders 100..199 --to spare --rate 100/s --yes",
      })
  static final class Move implements ApiCommand {
    private final HoldfastCommand root;

    @Mixin private Choice choice = new Choice();

    @Option(
        names = "--to",
        required = true,
        paramLabel = "NODE",
        description = "A queue, a topic or TOPIC::NAME.")
    private String to = "";

    @Mixin private RedriveCommands.Pace pace = new RedriveCommands.Pace();

    @Mixin private QueueCommands.Consent consent = new QueueCommands.Consent();

    Move(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> order = choice.order("move");
      order.put("to", to);
      return carryOut(root, choice, order, pace, consent);
    }
  }

  @Command(
      name = "copy",
      description = "Copy messages to another node; those of the queue stay as they are.",
      footer = {
        "",
        "Examples:",
        "  holdfast msg copy orders --to spare --dry-run",
        "  holdfast msg copy orders --to spare --where 'amount > 100' --yes",
      })
  static final class Copy implements ApiCommand {
    private final HoldfastCommand root;

    @Mixin private Choice choice = new Choice();

    @Option(
        names = "--to",
        required = true,
        paramLabel = "NODE",
        description = "A queue, a topic or TOPIC::NAME.")
    private String to = "";

    @Mixin private RedriveCommands.Pace pace = new RedriveCommands.Pace();

    @Mixin private QueueCommands.Consent consent = new QueueCommands.Consent();

    Copy(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> order = choice.order("copy");
      order.put("to", to);
      return carryOut(root, choice, order, pace, consent);
    }
  }

  @Command(
      name = "delete",
      aliases = "rm",
      description = "Delete messages that are not out at a consumer, for good.",
      footer = {
        "",
        "Examples:",
        "  holdfast msg delete orders 42 --yes",
        "  holdfast msg delete orders --where \"type = 'test'\" --older-than 1h --dry-run",
      })
  static final class Delete implements ApiCommand {
    private final HoldfastCommand root;

    @Mixin private Choice choice = new Choice();

    @Mixin private RedriveCommands.Pace pace = new RedriveCommands.Pace();

    @Mixin private QueueCommands.Consent consent = new QueueCommands.Consent();

    Delete(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return carryOut(root, choice, choice.order("delete"), pace, consent);
    }
  }
}
