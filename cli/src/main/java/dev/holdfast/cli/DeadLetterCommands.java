package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminClient;
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
import picocli.CommandLine.Spec;

/** {@code holdfast dlq ...}. */
@Command(
    name = "dlq",
    description = {
      "Look at dead letters, send them back, delete them.",
      "QUEUE is a queue, or a subscription as TOPIC::NAME."
    })
final class DeadLetterCommands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private DeadLetterCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new DeadLetterCommands())
        .addSubcommand(new DeadLetterViews.Summary(root))
        .addSubcommand(new DeadLetterViews.ListSome(root))
        .addSubcommand(new DeadLetterViews.Show(root))
        .addSubcommand(new DeadLetterViews.Export(root))
        .addSubcommand(new RedriveCommands.Redrive(root))
        .addSubcommand(new RedriveCommands.Drop(root))
        .addSubcommand(new ResendCommand(root))
        .addSubcommand(new TaskCommands.Tasks(root))
        .addSubcommand(new TaskCommands.Pause(root))
        .addSubcommand(new TaskCommands.Resume(root))
        .addSubcommand(new TaskCommands.Cancel(root));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "dlq needs one of: summary, list, show, export, redrive, drop, resend, tasks, pause,"
            + " resume, cancel");
  }

  /** Which dead letters are meant. */
  static final class Filter {
    @Option(
        names = "--reason",
        paramLabel = "REASON",
        description =
            "Only those that died for it: rejected, max-deliveries, expired, overflow, no-route,"
                + " hop-limit, unreadable.")
    private @Nullable String reason;

    @Option(
        names = "--where",
        paramLabel = "SELECTOR",
        description = "Only those that pass, for example \"type = 'order' AND amount > 100\".")
    private @Nullable String where;

    @Option(
        names = "--older-than",
        paramLabel = "TIME",
        description = "Only those that died longer ago: 30s, 5m, 2h, 7d.")
    private @Nullable String olderThan;

    /** The fields of an order. */
    Map<String, Object> fields() throws CommandFailure {
      Map<String, Object> fields = new LinkedHashMap<>();
      if (reason != null) {
        fields.put("reason", reason);
      }
      if (where != null) {
        fields.put("where", where);
      }
      if (olderThan != null) {
        fields.put("olderThanMs", Units.millis(olderThan));
      }
      return fields;
    }

    /** A path with these as its query, and more names with their values. */
    String query(String path, String... namesAndValues) throws CommandFailure {
      List<String> pairs = new ArrayList<>(List.of(namesAndValues));
      fields()
          .forEach(
              (name, value) -> {
                pairs.add(name);
                pairs.add(AdminClient.segment(String.valueOf(value)));
              });
      return MessageCommands.query(path, pairs.toArray(String[]::new));
    }
  }
}
