package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminClient;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Looks through the messages of a node page by page, no further than a budget goes. */
final class Search {
  private static final int PAGE = 1_000;
  private static final long LOOK_AT_ONCE = 10_000;
  private static final long BYTES_AT_ONCE = 64L << 20;

  private final BrokerApi broker;
  private final String node;
  private final Filter filter;
  private final Budget budget;
  private final boolean sections;
  private final boolean count;
  private @Nullable Long next;
  private long seen = -1;
  private long looked;
  private long bytes;
  private long matched;
  private long unsearched;

  /** Which messages are meant. */
  static final class Filter {
    @Option(
        names = "--where",
        paramLabel = "SELECTOR",
        description = "Only those that pass, for example \"type = 'order' AND amount > 100\".")
    private @Nullable String where;

    @Option(
        names = {"-i", "--ignore-case"},
        description = "Capitals in the text count as small letters.")
    private boolean ignoreCase;

    @Option(names = "--from", paramLabel = "SEQ", description = "Start at this sequence.")
    private long from;

    @Option(names = "--to", paramLabel = "SEQ", description = "End with this sequence.")
    private @Nullable Long to;

    /** In the bodies; null: anything. */
    @Nullable String text;

    Filter containing(@Nullable String wanted) {
      text = wanted;
      return this;
    }

    void startAt(long sequence) {
      from = sequence;
    }

    long from() {
      return from;
    }

    /** Whether it takes everything from its beginning on. */
    boolean isOpen() {
      return where == null && text == null && to == null;
    }

    private void put(List<String> query) {
      put(query, "where", where);
      put(query, "text", text);
      put(query, "ignoreCase", ignoreCase ? "true" : null);
      put(query, "to", to == null ? null : String.valueOf(to));
    }

    private static void put(List<String> query, String name, @Nullable String value) {
      if (value != null) {
        query.add(name);
        query.add(AdminClient.segment(value));
      }
    }
  }

  /** {@code --text}, for commands whose words do not have it. */
  static final class Text {
    @Option(
        names = "--text",
        paramLabel = "TEXT",
        description = "Only those with this text in their bodies.")
    private @Nullable String text;

    @Nullable String text() {
      return text;
    }
  }

  /** How much may be looked at. */
  static final class Budget {
    @Option(
        names = "--look",
        paramLabel = "N",
        description = "Look at no more messages than this; default 100000.")
    private long messages = 100_000;

    @Option(
        names = "--look-bytes",
        paramLabel = "BYTES",
        description = "Stop after so many bytes; default 268435456.")
    private long bytes = 256L << 20;

    void check() throws CommandFailure {
      if (messages < 1 || bytes < 1) {
        throw new CommandFailure(ExitCode.USAGE, "usage", "--look and --look-bytes take 1 or more");
      }
    }

    static Budget unlimited() {
      Budget budget = new Budget();
      budget.messages = Long.MAX_VALUE;
      budget.bytes = Long.MAX_VALUE;
      return budget;
    }
  }

  Search(BrokerApi broker, String node, Filter filter, Budget budget, Show show) {
    this.broker = broker;
    this.node = node;
    this.filter = filter;
    this.budget = budget;
    this.sections = show == Show.WHOLE;
    this.count = show == Show.COUNT;
    this.next = filter.from;
  }

  /** What of the messages is wanted. */
  enum Show {
    PARTS,
    WHOLE,
    COUNT
  }

  /** Whether there may be more to look at, and the budget allows it. */
  boolean more() {
    return next != null && !spent();
  }

  /** Whether it had to stop before the end. */
  boolean stopped() {
    return next != null && spent();
  }

  private boolean spent() {
    return looked >= budget.messages || bytes >= budget.bytes;
  }

  /** The next messages that pass; none does not mean that there are no more. */
  List<JsonObject> fetch(long wanted) throws CommandFailure, IOException {
    List<String> query =
        new ArrayList<>(
            List.of(
                "limit",
                String.valueOf(Math.min(wanted, PAGE)),
                "from",
                String.valueOf(next),
                "lookMessages",
                String.valueOf(Math.min(LOOK_AT_ONCE, budget.messages - looked)),
                "lookBytes",
                String.valueOf(Math.min(BYTES_AT_ONCE, budget.bytes - bytes))));
    filter.put(query);
    if (sections || count) {
      query.add(sections ? "sections" : "count");
      query.add("true");
    }
    JsonObject answer =
        broker.get(
            MessageCommands.query(
                BrokerApi.queue(node, "/messages"), query.toArray(String[]::new)));
    long on = answer.number("next", -1);
    next = on < 0 ? null : on;
    seen = Math.max(seen, answer.number("seen", -1));
    looked += answer.number("looked");
    bytes += answer.number("lookedBytes");
    matched += answer.number("matched");
    unsearched += answer.number("unsearched");
    return answer.objects("messages");
  }

  /** Lets it go on from behind what it has seen, with the whole budget. */
  void rest() {
    next = Math.max(seen + 1, filter.from);
    looked = 0;
    bytes = 0;
  }

  long matched() {
    return matched;
  }

  /** How far it has come, as JSON. */
  Map<String, Object> told() {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("matched", matched);
    told.put("looked", looked);
    told.put("lookedBytes", bytes);
    told.put("unsearched", unsearched);
    told.put("complete", next == null);
    told.put("next", next);
    return told;
  }

  /** Says beside the answer what it leaves open. */
  void remark(Output output) {
    if (stopped()) {
      output.note(
          "looked at "
              + looked
              + " messages ("
              + Units.bytes(bytes)
              + ") and stopped before the end; --from "
              + next
              + " goes on, --look and --look-bytes allow more");
    } else if (next != null) {
      output.note("there may be more: --from " + next);
    }
    if (unsearched > 0) {
      output.note(unsearched + " large messages were not searched for the text");
    }
  }
}
