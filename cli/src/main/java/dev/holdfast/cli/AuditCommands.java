package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminClient;
import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code audit ...}: who did what, and whether the record of it is what was written. */
@Command(name = "audit", description = "Who did what: find records, follow them, verify them.")
final class AuditCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private AuditCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new AuditCommands())
        .addSubcommand(new Tail(root))
        .addSubcommand(new Query(root))
        .addSubcommand(new AuditVerifyCommand(root));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "audit needs one of: tail, query, verify");
  }

  /** Which records. */
  private static final class Filter {
    @Option(
        names = "--event",
        paramLabel = "NAME",
        description = "Records of this name; with a full stop at its end, of all that begin so.")
    private String event = "";

    @Option(names = "--outcome", paramLabel = "OUTCOME", description = "ok, deny or error.")
    private String outcome = "";

    @Option(names = "--principal", paramLabel = "WHO", description = "As uid:1001 or user:alice.")
    private String principal = "";

    @Option(names = "--resource", paramLabel = "RESOURCE", description = "As queue:orders.")
    private String resource = "";

    String path(String more) {
      StringBuilder path = new StringBuilder("/audit?").append(more);
      add(path, "event", event);
      add(path, "outcome", outcome);
      add(path, "principal", principal);
      add(path, "resource", resource);
      return path.toString();
    }

    private static void add(StringBuilder path, String name, String value) {
      if (!value.isEmpty()) {
        path.append('&').append(name).append('=').append(AdminClient.segment(value));
      }
    }
  }

  @Command(
      name = "query",
      description = "Find records; the latest that fit.",
      footer = {
        "",
        "Examples:",
        "  holdfast audit query --outcome deny --limit 20",
        "  holdfast audit query --event admin. --principal uid:1001 --from 2026-03-01T00:00:00Z",
      })
  private static final class Query implements ApiCommand {
    private final HoldfastCommand root;

    @Mixin private Filter filter = new Filter();

    @Option(
        names = "--from",
        paramLabel = "TIME",
        description = "Not before, as 2026-03-01T08:00:00Z.")
    private String from = "";

    @Option(names = "--until", paramLabel = "TIME", description = "Before.")
    private String until = "";

    @Option(
        names = "--limit",
        paramLabel = "N",
        description = "How many at most, 1 to 10000. Default: 100.")
    private int limit = 100;

    Query(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      StringBuilder more = new StringBuilder("limit=").append(limit);
      if (!from.isEmpty()) {
        more.append("&from=").append(micros(from));
      }
      if (!until.isEmpty()) {
        more.append("&until=").append(micros(until));
      }
      JsonObject answer = root.broker().get(filter.path(more.toString()));
      show(root.output(), answer);
      return ExitCode.OK;
    }
  }

  @Command(
      name = "tail",
      description = "Show the latest records, and with -f those that come.",
      footer = {"", "Examples:", "  holdfast audit tail -f --outcome deny"})
  private static final class Tail implements ApiCommand {
    private static final long PAUSE_MS = 1_000;

    private final HoldfastCommand root;

    @Mixin private Filter filter = new Filter();

    @Option(
        names = {"-n", "--lines"},
        paramLabel = "N",
        description = "How many. Default: 10.")
    private int lines = 10;

    @Option(
        names = {"-f", "--follow"},
        description = "Go on until interrupted.")
    private boolean follow;

    Tail(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().get(filter.path("limit=" + lines));
      show(root.output(), answer);
      long last = last(answer, 0);
      while (follow) {
        if (!pause()) {
          break;
        }
        answer = root.broker().get(filter.path("limit=1000&after=" + last));
        if (!answer.objects("events").isEmpty()) {
          show(root.output(), answer);
        }
        last = last(answer, last);
      }
      return ExitCode.OK;
    }

    private static boolean pause() {
      try {
        Thread.sleep(PAUSE_MS);
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    private static long last(JsonObject answer, long absent) throws IOException {
      List<JsonObject> events = answer.objects("events");
      return events.isEmpty() ? absent : events.get(events.size() - 1).number("seq");
    }
  }

  private static long micros(String time) throws CommandFailure {
    try {
      return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(time));
    } catch (DateTimeParseException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "usage", "'" + time + "' is not a time as 2026-03-01T08:00:00Z");
    }
  }

  private static void show(Output output, JsonObject answer) throws IOException {
    List<JsonObject> events = answer.objects("events");
    if (!output.isTable()) {
      output.json(answer, events);
      return;
    }
    Columns columns =
        new Columns("SEQ", "TIME", "EVENT", "OUTCOME", "WHO", "OPERATION", "RESOURCE", "N", "CODE");
    for (JsonObject event : events) {
      List<String> cells = new ArrayList<>();
      cells.add(Long.toString(event.number("seq")));
      cells.add(Instant.EPOCH.plus(event.number("ts"), ChronoUnit.MICROS).toString());
      cells.add(event.text("ev"));
      cells.add(event.text("out"));
      cells.add(who(event.object("peer")));
      cells.add(event.text("op", "-"));
      cells.add(event.text("res", "-"));
      cells.add(Long.toString(event.number("n", 1)));
      cells.add(event.text("code", "-"));
      columns.add(cells.toArray(String[]::new));
    }
    output.text(columns.render());
  }

  private static String who(JsonObject peer) throws IOException {
    String principal = peer.text("p", "");
    if (!principal.isEmpty()) {
      return principal;
    }
    long uid = peer.number("uid", -1);
    return uid >= 0 ? "(uid " + uid + ")" : peer.text("ip", "-");
  }
}
