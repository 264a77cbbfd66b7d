package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast dedup ...}: the keys by which messages that are sent again are known. */
@Command(
    name = "dedup",
    description = "Look up and forget idempotency keys, by which a message sent again is known.")
final class IdempotencyCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private IdempotencyCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new IdempotencyCommands())
        .addSubcommand(new Usage(root))
        .addSubcommand(new Show(root))
        .addSubcommand(new Forget(root));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "dedup needs one of: status, show, forget");
  }

  @Command(
      name = "status",
      description = "Show how many keys the broker keeps and how many it may.",
      footer = {"", "Example:", "  holdfast dedup status -o json"})
  private static final class Usage implements ApiCommand {
    private final HoldfastCommand root;

    Usage(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject usage = root.broker().get("/idempotency");
      root.output()
          .result(
              usage.number("keys")
                  + " keys, "
                  + Units.bytes(usage.number("bytes"))
                  + " of "
                  + Units.bytes(usage.number("maxBytes")),
              usage.fields());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "show",
      description = "Show whether a queue or topic knows a key, and the message that came with it.",
      footer = {"", "Example:", "  holdfast dedup show orders order-4711"})
  private static final class Show implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(index = "0", paramLabel = "NODE", description = "The queue or topic.")
    private String node = "";

    @Parameters(index = "1", paramLabel = "KEY", description = "The idempotency key.")
    private String key = "";

    Show(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject known = root.broker().get(BrokerApi.idempotencyKey(node, key));
      root.output().result(told(known), known.fields());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "forget",
      description = "Forget a key: the next message with it is stored although one was before.",
      footer = {"", "Example:", "  holdfast dedup forget orders order-4711"})
  private static final class Forget implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(index = "0", paramLabel = "NODE", description = "The queue or topic.")
    private String node = "";

    @Parameters(index = "1", paramLabel = "KEY", description = "The idempotency key.")
    private String key = "";

    @Option(names = "--dry-run", description = "Only show whether it is known.")
    private boolean dryRun;

    Forget(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      BrokerApi broker = root.broker();
      String path = BrokerApi.idempotencyKey(node, key);
      JsonObject known = dryRun ? broker.get(path) : broker.delete(path);
      Map<String, Object> result = new LinkedHashMap<>();
      if (dryRun) {
        result.put("dryRun", true);
        result.put("action", "forget");
      }
      known.fields().forEach((name, value) -> result.put(String.valueOf(name), value));
      root.output().result((dryRun ? "would forget: " : "forgotten: ") + told(known), result);
      return ExitCode.OK;
    }
  }

  private static String told(JsonObject known) throws IOException {
    return "stored "
        + known.text("stored")
        + " as sequence "
        + known.number("sequence")
        + ", known until "
        + known.text("until");
  }
}
