package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminClient;
import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code token ...}: short-lived credentials for one purpose. */
@Command(name = "token", description = "Short-lived credentials for one purpose.")
final class TokenCommands implements Runnable {
  private static final long MILLIS = 1_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  private TokenCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new TokenCommands())
        .addSubcommand(new Issue(root))
        .addSubcommand(new ListAll(root))
        .addSubcommand(new Revoke(root));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "token needs one of: issue, list, revoke");
  }

  @Command(
      name = "issue",
      description = {
        "Issue a token; it is printed this once.",
        "Clients use it as the password of the user 'token' (PLAIN), or with XOAUTH2 or OAUTHBEARER."
      },
      footer = {
        "",
        "Examples:",
        "  holdfast token issue billing --role admin --scope send:queue:orders.# --ttl 1h",
        "  holdfast token issue probe --role admin --scope inspect:broker --uid 1001",
        "  holdfast token issue --self --scope receive:queue:orders --ttl 5m",
      })
  private static final class Issue implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(
        paramLabel = "NAME",
        arity = "0..1",
        description = "Who it is for; with --self it is for the caller.")
    private @Nullable String name;

    @Option(
        names = "--self",
        description =
            "For the caller: to do less than one may, for 15m at most, and as this user of this host"
                + " only. Needs no right.")
    private boolean self;

    @Option(
        names = "--scope",
        paramLabel = "OPERATION:RESOURCE",
        required = true,
        description =
            "What it is for, as send:queue:orders.#, receive:sub:prices/billing, any:topic:news.*;"
                + " may be repeated.")
    private List<String> scopes = new ArrayList<>();

    @Option(
        names = "--role",
        paramLabel = "ROLE",
        description = "Role within the scopes; may be repeated. A scope alone allows nothing.")
    private List<String> roles = new ArrayList<>();

    @Option(names = "--ttl", paramLabel = "TIME", description = "1s to 24h. Default: 15m.")
    private String ttl = "15m";

    @Option(
        names = "--uid",
        paramLabel = "UID",
        description = "Only this user may use it, over the Unix socket.")
    private long uid = -1;

    @Spec private CommandSpec spec = CommandSpec.create();

    Issue(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      if (self == (name != null) || (self && (uid >= 0 || !roles.isEmpty()))) {
        throw new ParameterException(
            spec.commandLine(), "give a NAME, or --self without --role and --uid");
      }
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("scopes", scopes);
      body.put("ttlSeconds", Units.millis(ttl) / MILLIS);
      if (!self) {
        body.put("name", String.valueOf(name));
        body.put("roles", roles);
      }
      if (uid >= 0) {
        body.put("uid", uid);
      }
      JsonObject token = root.broker().post(self ? "/tokens/self" : "/tokens", body);
      Output output = root.output();
      if (output.isTable()) {
        output.line(token.text("token"));
        output.note(
            "token "
                + token.text("id")
                + " of "
                + token.text("name")
                + ", until "
                + token.text("expires"));
      } else {
        output.json(token.fields());
      }
      return ExitCode.OK;
    }
  }

  @Command(name = "list", aliases = "ls", description = "List the tokens that have not expired.")
  private static final class ListAll implements ApiCommand {
    private final HoldfastCommand root;

    ListAll(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().get("/tokens");
      List<JsonObject> tokens = answer.objects("tokens");
      Output output = root.output();
      if (!output.isTable()) {
        output.json(answer, tokens);
        return ExitCode.OK;
      }
      Columns columns = new Columns("ID", "NAME", "SCOPES", "ROLES", "EXPIRES", "STATE");
      for (JsonObject token : tokens) {
        columns.add(
            token.text("id"),
            token.text("name"),
            String.join(" ", token.texts("scopes")),
            String.join(",", token.texts("roles")),
            token.text("expires"),
            token.flag("revoked", false) ? "revoked" : "good");
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "revoke",
      description = "Revoke a token by its id, or all of a name; live connections are closed.")
  private static final class Revoke implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "ID|NAME", description = "Id of a token, or the name it is for.")
    private String name = "";

    Revoke(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().delete("/tokens/" + AdminClient.segment(name));
      Output output = root.output();
      if (output.isTable()) {
        output.line(answer.number("revoked") + " revoked");
      } else {
        output.json(answer.fields());
      }
      return ExitCode.OK;
    }
  }
}
