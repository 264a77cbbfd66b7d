package dev.holdfast.cli;

import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.Escapes;
import dev.holdfast.cli.text.Json;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looking at dead letters: {@code dlq summary}, {@code list}, {@code show}, {@code export}. */
final class DeadLetterViews {
  private static final int PAGE = 200;
  private static final int BODY_CHARS = 40;

  private DeadLetterViews() {}

  @Command(
      name = "summary",
      description = "Count dead letters by reason and source; reads none of them.",
      footer = {"", "Example:", "  holdfast dlq summary orders"})
  static final class Summary implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "QUEUE", description = "The queue, or TOPIC::NAME.")
    private String queue = "";

    Summary(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().get(BrokerApi.deadLetters(queue, "/summary"));
      List<JsonObject> groups = answer.objects("groups");
      Output output = root.output();
      if (!output.isTable()) {
        output.json(answer, groups);
        return ExitCode.OK;
      }
      Columns columns =
          new Columns("REASON", "SOURCE", ">MESSAGES", ">BYTES", "OLDEST HOUR", "NEWEST HOUR");
      for (JsonObject group : groups) {
        List<JsonObject> ages = group.objects("ages");
        columns.add(
            group.text("reason", "-"),
            group.text("source", "-"),
            String.valueOf(group.number("messages")),
            Units.bytes(group.number("bytes")),
            ages.isEmpty() ? "-" : ages.get(0).text("from"),
            ages.isEmpty() ? "-" : ages.get(ages.size() - 1).text("from"));
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  /** Fetches messages page by page, as many as are wanted. */
  private static final class Pages {
    private final BrokerApi broker;
    private final String queue;
    private final DeadLetterCommands.Filter filter;
    private final boolean sections;
    private @Nullable Long next;

    Pages(
        BrokerApi broker,
        String queue,
        DeadLetterCommands.Filter filter,
        long from,
        boolean sections) {
      this.broker = broker;
      this.queue = queue;
      this.filter = filter;
      this.next = from;
      this.sections = sections;
    }

    boolean more() {
      return next != null;
    }

    List<JsonObject> fetch(long wanted) throws CommandFailure, IOException {
      String path =
          filter.query(
              BrokerApi.deadLetters(queue, "/messages"),
              "limit",
              String.valueOf(Math.min(wanted, PAGE)),
              "from",
              String.valueOf(next),
              "sections",
              String.valueOf(sections));
      JsonObject answer = broker.get(path);
      long on = answer.number("next", 0);
      next = on == 0 ? null : on;
      return answer.objects("messages");
    }

    Object next() {
      return next == null ? "-" : next;
    }
  }

  @Command(
      name = "list",
      aliases = "ls",
      description = "List dead letters; changes nothing.",
      footer = {
        "",
        "Examples:",
        "  holdfast dlq list orders --reason rejected --limit 50",
        "  holdfast dlq list prices::billing --where \"type = 'tick'\" -o ndjson",
      })
  static final class ListSome implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "QUEUE", description = "The queue, or TOPIC::NAME.")
    private String queue = "";

    @Mixin private DeadLetterCommands.Filter filter = new DeadLetterCommands.Filter();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many; default 20.")
    private int limit = 20;

    @Option(names = "--from", paramLabel = "SEQ", description = "Start at this sequence.")
    private long from;

    ListSome(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      MessageCommands.checkLimit(limit, 10_000);
      Pages pages = new Pages(root.broker(), queue, filter, from, false);
      List<JsonObject> found = new ArrayList<>();
      while (pages.more() && found.size() < limit) {
        found.addAll(pages.fetch(limit - found.size()));
      }
      Output output = root.output();
      if (output.isTable()) {
        output.text(table(found));
        if (pages.more()) {
          output.note("there may be more: --from " + pages.next());
        }
      } else {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("messages", found.stream().map(JsonObject::fields).toList());
        answer.put("next", pages.more() ? pages.next() : null);
        output.json(new JsonObject(answer), found);
      }
      return ExitCode.OK;
    }

    private static String table(List<JsonObject> messages) throws IOException {
      Columns columns =
          new Columns(">SEQ", "DIED", "REASON", "SOURCE", ">FAILURES", ">HOPS", "ID", "BODY");
      for (JsonObject message : messages) {
        JsonObject death = message.object("death");
        Object id = message.object("properties").value("messageId");
        columns.add(
            String.valueOf(message.number("sequence")),
            death.text("time", message.text("enqueued")),
            death.text("reason", "-"),
            death.text("origin", "-"),
            String.valueOf(death.number("failures", 0)),
            String.valueOf(death.number("hops", 0)),
            id == null ? "-" : String.valueOf(id),
            Escapes.brief(new MessageView(message).bodyText(), BODY_CHARS));
      }
      return columns.render();
    }
  }

  @Command(
      name = "show",
      description = "Show one dead letter with the story of its death.",
      footer = {"", "Example:", "  holdfast dlq show orders 42"})
  static final class Show implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue, or TOPIC::NAME.")
    private String queue = "";

    @Parameters(index = "1", paramLabel = "SEQ", description = "Its sequence, as list shows it.")
    private long sequence;

    Show(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject message = root.broker().get(BrokerApi.deadLetters(queue, "/messages/" + sequence));
      Output output = root.output();
      if (!output.isTable()) {
        output.json(message.fields());
        return ExitCode.OK;
      }
      StringBuilder story = new StringBuilder();
      for (Map.Entry<?, ?> field : message.object("death").fields().entrySet()) {
        Object value = field.getValue();
        story
            .append("death.")
            .append(Escapes.line(String.valueOf(field.getKey())))
            .append(": ")
            .append(Escapes.line(value instanceof String text ? text : Json.compact(value)))
            .append('\n');
      }
      output.text(story + new MessageView(message).block());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "export",
      description = {
        "Print dead letters with all their bytes, one JSON object per line; changes nothing.",
        "msg send --ndjson takes what it prints."
      },
      footer = {
        "",
        "Examples:",
        "  holdfast dlq export orders --reason expired > expired.ndjson",
        "  holdfast msg send orders --ndjson --file expired.ndjson",
      })
  static final class Export implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "QUEUE", description = "The queue, or TOPIC::NAME.")
    private String queue = "";

    @Mixin private DeadLetterCommands.Filter filter = new DeadLetterCommands.Filter();

    Export(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Pages pages = new Pages(root.broker(), queue, filter, 0, true);
      Output output = root.output();
      List<Object> forOneDocument = new ArrayList<>();
      long printed = 0;
      while (pages.more() && output.isTaken()) {
        List<JsonObject> page;
        try {
          page = pages.fetch(PAGE);
        } catch (CommandFailure e) {
          throw printed == 0
              ? e
              : new CommandFailure(
                  ExitCode.PARTIAL,
                  e.code(),
                  "stopped after " + printed + " messages: " + e.reason());
        }
        for (JsonObject message : page) {
          if (output.isOneDocument()) {
            forOneDocument.add(message.fields());
          } else {
            output.jsonLine(message.fields());
          }
          printed++;
        }
      }
      if (output.isOneDocument()) {
        output.json(Map.of("messages", forOneDocument));
      }
      return output.isTaken() ? ExitCode.OK : ExitCode.FAILED;
    }
  }
}
