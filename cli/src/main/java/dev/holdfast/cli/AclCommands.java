package dev.holdfast.cli;

import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code acl ...}: who may do what. */
@Command(name = "acl", description = "Who may do what on which queues and topics.")
final class AclCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private AclCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new AclCommands())
        .addSubcommand(new Grant(root))
        .addSubcommand(new Revoke(root))
        .addSubcommand(new ListAll(root))
        .addSubcommand(new AclExplainCommand(root))
        .addSubcommand(new AclFileCommands.Check(root))
        .addSubcommand(new AclFileCommands.Diff(root))
        .addSubcommand(new AclFileCommands.Test(root))
        .addSubcommand(new Reload(root));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "acl needs one of: grant, revoke, list, explain, check, diff, test, reload");
  }

  /** What a right consists of. */
  private static final class Right {
    @Parameters(
        index = "0",
        paramLabel = "WHO",
        description = "uid:1002, gid:50, user:NAME, cert:NAME, token:ISSUER/NAME, role:NAME or *.")
    private String who = "";

    @Parameters(
        index = "1",
        paramLabel = "OPERATION",
        description =
            "send, receive, browse, create, delete, purge, move, inspect, configure, manage or any.")
    private String operation = "";

    @Parameters(
        index = "2",
        paramLabel = "RESOURCE",
        description =
            "queue:NAME, topic:NAME, sub:TOPIC/NAME, dlq:NAME or broker; * is one word of a name, #"
                + " the rest.")
    private String resource = "";
  }

  private static ExitCode change(HoldfastCommand root, Right right, String path, String nothing)
      throws CommandFailure, IOException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("who", right.who);
    body.put("permission", right.operation);
    body.put("resource", right.resource);
    JsonObject answer = root.broker().post(path, body);
    Output output = root.output();
    if (output.isTable()) {
      output.line(answer.flag("changed", false) ? answer.text("rule") : nothing);
    } else {
      output.json(answer.fields());
    }
    return ExitCode.OK;
  }

  @Command(
      name = "grant",
      description = "Allow something, in the rules file and at once.",
      footer = {
        "",
        "Examples:",
        "  holdfast acl grant uid:1002 send queue:orders.#",
        "  holdfast acl grant user:billing receive sub:prices/billing",
      })
  private static final class Grant implements ApiCommand {
    private final HoldfastCommand root;
    @CommandLine.Mixin private final Right right = new Right();

    Grant(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return change(root, right, "/acl/grant", "allowed already");
    }
  }

  @Command(
      name = "revoke",
      description = {
        "Take out of the rules what allows just this; links that need it are closed.",
        "Wider rules stay: 'acl explain' tells whether it is allowed all the same."
      })
  private static final class Revoke implements ApiCommand {
    private final HoldfastCommand root;
    @CommandLine.Mixin private final Right right = new Right();

    Revoke(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return change(root, right, "/acl/revoke", "no rule allows just this");
    }
  }

  @Command(name = "list", aliases = "ls", description = "Show the rules in force.")
  private static final class ListAll implements ApiCommand {
    private final HoldfastCommand root;

    @Option(names = "--text", description = "Print the file as it is.")
    private boolean text;

    ListAll(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().get("/acl");
      List<JsonObject> rules = answer.objects("rules");
      Output output = root.output();
      if (!output.isTable()) {
        output.json(answer, rules);
        return ExitCode.OK;
      }
      if (text) {
        output.text(answer.text("text"));
        return ExitCode.OK;
      }
      Columns columns = new Columns("LINE", "RULE");
      for (JsonObject rule : rules) {
        columns.add(Long.toString(rule.number("line")), rule.text("rule"));
      }
      output.text(columns.render());
      AclFileCommands.tell(output, "warning: ", answer.objects("warnings"));
      AclFileCommands.tell(output, "not in force: ", answer.objects("problems"));
      return ExitCode.OK;
    }
  }

  @Command(
      name = "reload",
      description = "Read the rules file now; it is looked at every second anyway.")
  private static final class Reload implements ApiCommand {
    private final HoldfastCommand root;

    Reload(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().post("/acl/reload");
      Output output = root.output();
      if (output.isTable()) {
        output.line(answer.number("rules") + " rules in force");
      } else {
        output.json(answer.fields());
      }
      return ExitCode.OK;
    }
  }
}
