package dev.holdfast.cli;

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

/** Finding and counting messages: {@code msg grep} and {@code msg count}. */
final class SearchCommands {
  private static final int MAX_LIMIT = 100_000;

  private SearchCommands() {}

  @Command(
      name = "grep",
      description = {
        "Find messages by text in their bodies; changes neither order nor counts nor locks.",
        "Exit code 7: it looked at as much as it may and stopped before the end."
      },
      footer = {
        "",
        "Examples:",
        "  holdfast msg grep orders 'no such customer'",
        "  holdfast msg grep orders error -i --where \"type = 'invoice'\" -o ndjson",
      })
  static final class Grep implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue, or TOPIC::NAME.")
    private String queue = "";

    @Parameters(index = "1", paramLabel = "TEXT", description = "Looked for as it is.")
    private String text = "";

    @Mixin private Search.Filter filter = new Search.Filter();

    @Mixin private Search.Budget budget = new Search.Budget();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many; default 100.")
    private int limit = 100;

    Grep(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return list(root, queue, filter.containing(text), budget, limit);
    }
  }

  /** Prints what is found, up to a limit. */
  static ExitCode list(
      HoldfastCommand root, String queue, Search.Filter filter, Search.Budget budget, int limit)
      throws CommandFailure, IOException {
    MessageCommands.checkLimit(limit, MAX_LIMIT);
    budget.check();
    Search search = new Search(root.broker(), queue, filter, budget, Search.Show.PARTS);
    List<JsonObject> found = new ArrayList<>();
    while (search.more() && found.size() < limit) {
      found.addAll(search.fetch(limit - found.size()));
    }
    Output output = root.output();
    if (output.isTable()) {
      output.text(PeekCommand.table(found));
    } else {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("messages", found.stream().map(JsonObject::fields).toList());
      answer.putAll(search.told());
      output.json(new JsonObject(answer), found);
    }
    search.remark(output);
    return search.stopped() ? ExitCode.PARTIAL : ExitCode.OK;
  }

  @Command(
      name = "count",
      description = {
        "Count messages, of those that pass a selector or have a text in their bodies if wanted.",
        "Exit code 7: it looked at as much as it may and stopped before the end."
      },
      footer = {
        "",
        "Examples:",
        "  holdfast msg count orders",
        "  holdfast msg count orders --where 'amount > 100' --look 1000000",
      })
  static final class Count implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "QUEUE", description = "The queue, or TOPIC::NAME.")
    private String queue = "";

    @Mixin private Search.Filter filter = new Search.Filter();

    @Mixin private Search.Text text = new Search.Text();

    @Mixin private Search.Budget budget = new Search.Budget();

    Count(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      budget.check();
      @Nullable String wanted = text.text();
      Search search =
          new Search(root.broker(), queue, filter.containing(wanted), budget, Search.Show.COUNT);
      while (search.more()) {
        search.fetch(1);
      }
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("node", queue);
      answer.putAll(search.told());
      root.output().result(String.valueOf(search.matched()), answer);
      search.remark(root.output());
      return search.stopped() ? ExitCode.PARTIAL : ExitCode.OK;
    }
  }
}
