package dev.holdfast.cli;

import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code acl explain}: why somebody may do something, or not. */
@Command(
    name = "explain",
    description = {
      "Tell why somebody may do something, or not, and what would change that.",
      "The same code decides for clients. Without --via nothing is known of the connection, and"
          + " conditions that ask about it count against."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast acl explain --as uid:1001 --permission send --node orders",
      "  holdfast acl explain --as user:bob --permission receive --node topic:news --via tls",
      "",
      "Exit code 0: allowed, 4: denied.",
    })
final class AclExplainCommand implements ApiCommand {
  private final HoldfastCommand root;

  @Option(names = "--as", paramLabel = "WHO", required = true, description = "Who it is about.")
  private String who = "";

  @Option(
      names = "--permission",
      paramLabel = "OPERATION",
      required = true,
      description = "What is to be done.")
  private String permission = "";

  @Option(
      names = "--node",
      paramLabel = "RESOURCE",
      required = true,
      description = "queue:NAME (or just NAME), topic:NAME, sub:TOPIC/NAME, dlq:NAME or broker.")
  private String node = "";

  @Option(names = "--via", paramLabel = "WAY", description = "unix, tls or loopback.")
  private String via = "";

  @Option(names = "--from", paramLabel = "ADDRESS", description = "Address of the client.")
  private String from = "";

  @Option(names = "--mechanism", paramLabel = "NAME", description = "SASL mechanism.")
  private String mechanism = "";

  @Option(names = "--at", paramLabel = "TIME", description = "As 2026-12-24T23:00:00Z; else now.")
  private String at = "";

  @Option(names = "--size", paramLabel = "BYTES", description = "Size of a message.")
  private long size = -1;

  @Option(names = "--sealed", description = "The message is encrypted end to end.")
  private boolean sealed;

  @Option(names = "--role", paramLabel = "ROLE", description = "A role it has; may be repeated.")
  private List<String> roles = new ArrayList<>();

  @Option(names = "--gid", paramLabel = "GID", description = "A group it is in; may be repeated.")
  private List<Long> groups = new ArrayList<>();

  AclExplainCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    JsonObject answer = root.broker().post("/acl/explain", body());
    boolean allowed = answer.text("decision").equals("allow");
    Output output = root.output();
    if (output.isTable()) {
      print(output, answer, allowed);
    } else {
      output.json(answer.fields());
    }
    return allowed ? ExitCode.OK : ExitCode.DENIED;
  }

  private Map<String, Object> body() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("who", who);
    body.put("permission", permission);
    body.put("resource", node.indexOf(':') < 0 && !node.equals("broker") ? "queue:" + node : node);
    Map.of("via", via, "from", from, "mechanism", mechanism, "at", at)
        .forEach(
            (name, value) -> {
              if (!value.isEmpty()) {
                body.put(name, value);
              }
            });
    if (size >= 0) {
      body.put("size", size);
    }
    if (sealed) {
      body.put("sealed", true);
    }
    body.put("roles", roles);
    body.put("groups", groups.stream().map(group -> "gid:" + group).toList());
    return body;
  }

  private static void print(Output output, JsonObject answer, boolean allowed) throws IOException {
    output.line(answer.text("decision"));
    output.line("why: " + answer.text("why"));
    if (answer.flag("perMessage", false)) {
      output.line("rules speak of single messages too: --size and --sealed ask about one");
    }
    Columns columns = new Columns("LINE", "RULE", "SAYS");
    for (JsonObject rule : answer.objects("rules")) {
      columns.add(
          Long.toString(rule.number("line")),
          rule.text("rule"),
          rule.flag("matches", false) ? "matches" : rule.text("why"));
    }
    if (!answer.objects("rules").isEmpty()) {
      output.text(columns.render());
    }
    output.line((allowed ? "to deny it: " : "to allow it: ") + answer.text("change"));
  }
}
