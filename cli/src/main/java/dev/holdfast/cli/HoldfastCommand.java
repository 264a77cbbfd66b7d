package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminAddress;
import dev.holdfast.cli.http.AdminClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The root: options that every command takes, before or after its name, and what follows from them.
 */
@Command(
    name = "holdfast",
    description = "A durable AMQP 1.0 broker and the command that looks after it.",
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  holdfast demo                                  see it work, without configuration",
      "  holdfast up --data ./data                      run a broker in the foreground",
      "  holdfast queue create orders",
      "  holdfast msg send orders 'hello' -H type=greeting",
      "  holdfast msg peek orders --limit 5",
      "  holdfast queue info orders -o json",
      "",
      "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 denied, 5 unreachable,",
      "            6 conflict, 7 partial, 8 unhealthy",
    })
final class HoldfastCommand implements Runnable {
  private static final String URL_VARIABLE = "HOLDFAST_URL";

  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--url",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description =
          "Admin socket, unix:///DIR/admin.sock. Default: $HOLDFAST_URL, else the context in use,"
              + " else this user's broker.")
  private String url = "";

  @Option(
      names = "--context",
      paramLabel = "NAME",
      scope = ScopeType.INHERIT,
      description = "The broker of this name, see holdfast ctx.")
  private String context = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      description = "table (default), json or ndjson.")
  private OutputFormat format = OutputFormat.table;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      scope = ScopeType.INHERIT,
      description = "Longest wait for one answer of the broker. Default: 30.")
  private int timeoutSeconds = 30;

  @SuppressWarnings("UnusedVariable") // picocli acts on them by itself
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and exit.")
  private boolean help;

  @SuppressWarnings("UnusedVariable")
  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version and exit.")
  private boolean version;

  HoldfastCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  Output output() {
    return new Output(format, surroundings);
  }

  Surroundings surroundings() {
    return surroundings;
  }

  /** The broker that the options, the environment or the usual places name. */
  BrokerApi broker() throws CommandFailure {
    if (timeoutSeconds <= 0) {
      throw new CommandFailure(ExitCode.USAGE, "usage", "--timeout takes at least 1 second");
    }
    return new BrokerApi(
        new AdminClient(socket(), Duration.ofSeconds(timeoutSeconds), surroundings.nanoTime()));
  }

  /** What was said last counts: options before the environment before the context in use. */
  private String address() throws CommandFailure {
    if (!url.isEmpty()) {
      return url;
    }
    Map<String, String> environment = surroundings.environment();
    if (context.isEmpty() && environment.containsKey(URL_VARIABLE)) {
      return environment.getOrDefault(URL_VARIABLE, "");
    }
    Contexts contexts = Contexts.read(environment);
    String name =
        context.isEmpty()
            ? environment.getOrDefault("HOLDFAST_CONTEXT", contexts.current())
            : context;
    return name.isEmpty() ? "" : contexts.required(name);
  }

  private Path socket() throws CommandFailure {
    String given = address();
    if (given.isEmpty()) {
      return AdminAddress.find(surroundings.environment(), surroundings.temporary())
          .orElseThrow(
              () ->
                  new CommandFailure(
                      ExitCode.UNREACHABLE,
                      "unreachable",
                      "no running broker found; start one with: holdfast up, or name its socket:"
                          + " --url unix:///DIR/admin.sock"));
    }
    try {
      return AdminAddress.parse(given);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, "usage", String.valueOf(e.getMessage()));
    }
  }
}
