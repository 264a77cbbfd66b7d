package dev.holdfast.cli;

import dev.holdfast.cli.ApplyPlan.Kind;
import dev.holdfast.cli.ApplyPlan.Step;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code apply}: lets a broker have the nodes that a file declares. */
@Command(
    name = "apply",
    description = {
      "Make and change queues, topics and subscriptions until they are as a file declares them.",
      "Doing it again changes nothing. What the file does not name stays, unless --prune says"
          + " otherwise. The file is JSON, as queue list -o json prints it:",
      "  {\"queues\": [{\"name\": \"orders\", \"maxDeliveries\": 5}], \"topics\": [...],",
      "   \"subscriptions\": [{\"source\": \"prices\", \"name\": \"billing\"}]}"
    },
    footer = {
      "",
      "Examples:",
      "  holdfast apply nodes.json --dry-run",
      "  holdfast apply nodes.json",
      "  holdfast apply nodes.json --prune --yes",
    })
final class ApplyCommand implements ApiCommand {
  /** What lists show beside settings. */
  static final Set<String> SHOWN =
      Set.of(
          "kind",
          "address",
          "messages",
          "bytes",
          "delayed",
          "unsettled",
          "consumers",
          "publishers",
          "deadLetters",
          "oldest",
          "firstSequence",
          "nextSequence",
          "published",
          "delivered",
          "acknowledged",
          "displaced",
          "unreadable",
          "pausedSending",
          "pausedDelivery",
          "pauseReason",
          "subscriptions",
          "topics",
          "durable",
          "lingerMs",
          "filtered",
          "creator",
          "exclusive");

  private final HoldfastCommand root;

  @Parameters(paramLabel = "FILE", description = "The file; - reads standard input.")
  private String file = "";

  @Option(
      names = "--prune",
      description = "Delete what the file does not name, of the kinds that it has; needs --yes.")
  private boolean prune;

  @Mixin private QueueCommands.Consent consent = new QueueCommands.Consent();

  ApplyCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    BrokerApi broker = root.broker();
    ApplyPlan plan = new ApplyPlan(broker);
    try {
      plan.compare(document(), prune);
    } catch (IOException e) {
      throw ApplyPlan.usage(file + ": " + e.getMessage());
    }
    List<Step> steps = plan.steps();
    if (!consent.isDryRun()) {
      if (steps.stream().anyMatch(step -> step.action().equals("delete"))) {
        consent.require("this deletes nodes with what they hold");
      }
      carryOut(broker, steps);
    }
    tell(plan);
    return ExitCode.OK;
  }

  private JsonObject document() throws IOException {
    if (file.equals("-")) {
      return JsonObject.parse(root.surroundings().in().readAllBytes());
    }
    Path path = Path.of(file);
    if (!Files.isReadable(path)) {
      throw new IOException("there is no such file to read");
    }
    try (InputStream in = Files.newInputStream(path)) {
      return JsonObject.parse(in.readAllBytes());
    }
  }

  private static void carryOut(BrokerApi broker, List<Step> steps) throws CommandFailure {
    int done = 0;
    for (Step step : steps) {
      try {
        carryOut(broker, step);
      } catch (CommandFailure e) {
        throw new CommandFailure(
            done == 0 ? e.exitCode() : ExitCode.PARTIAL,
            e.code(),
            step.kind().word + ' ' + step.name() + ", after " + done + " changes: " + e.reason());
      }
      done++;
    }
  }

  private static void carryOut(BrokerApi broker, Step step) throws CommandFailure {
    String path =
        switch (step.kind()) {
          case QUEUE -> BrokerApi.queue(step.name(), "");
          case TOPIC -> BrokerApi.topic(step.name(), "");
          case SUBSCRIPTION -> BrokerApi.subscription(step.name(), "");
        };
    switch (step.action()) {
      case "create" -> broker.post('/' + step.kind().plural(), definition(step));
      case "change" -> broker.patch(path, step.to());
      default -> broker.delete(path);
    }
  }

  private static Map<String, Object> definition(Step step) {
    Map<String, Object> definition = new LinkedHashMap<>();
    String name = step.name();
    definition.put(
        "name",
        step.kind() == Kind.SUBSCRIPTION ? name.substring(name.lastIndexOf("::") + 2) : name);
    definition.putAll(step.to());
    return definition;
  }

  private void tell(ApplyPlan plan) {
    boolean dryRun = consent.isDryRun();
    Output output = root.output();
    if (!output.isTable()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("dryRun", dryRun);
      answer.put("changes", plan.steps().stream().map(Step::json).toList());
      answer.put("unchanged", plan.unchanged());
      output.json(answer);
      return;
    }
    plan.steps().forEach(step -> output.line(step.line()));
    output.line(
        plan.steps().size()
            + (dryRun ? " changes would be made, " : " changes made, ")
            + plan.unchanged()
            + " nodes are so already");
  }
}
