package dev.holdfast.cli;

import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tasks on dead letters: {@code dlq tasks}, {@code pause}, {@code resume}, {@code cancel}. */
final class TaskCommands {

  private TaskCommands() {}

  @Command(
      name = "tasks",
      description = "List redrives and drops, the latest first, with how far they have got.")
  static final class Tasks implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(
        paramLabel = "QUEUE",
        arity = "0..1",
        description = "Only those of this queue, or TOPIC::NAME.")
    private @Nullable String queue;

    Tasks(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      List<JsonObject> tasks = new ArrayList<>();
      for (JsonObject task : root.broker().get("/dead-letter-tasks").objects("tasks")) {
        if (queue == null || queue.equals(task.text("node"))) {
          tasks.add(task);
        }
      }
      Output output = root.output();
      if (!output.isTable()) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("tasks", tasks.stream().map(JsonObject::fields).toList());
        output.json(new JsonObject(answer), tasks);
        return ExitCode.OK;
      }
      Columns columns =
          new Columns(
              ">ID", "ACTION", "QUEUE", "STATE", ">DONE", ">OF", "BY", "STARTED", "SKIPPED");
      for (JsonObject task : tasks) {
        String skipped = RedriveCommands.skipped(task);
        columns.add(
            String.valueOf(task.number("id")),
            task.text("action"),
            task.text("node"),
            task.text("state"),
            String.valueOf(task.number("done")),
            String.valueOf(task.number("waiting")),
            task.text("by", "-"),
            task.text("started", "-"),
            skipped.isEmpty() ? "-" : skipped.substring(skipped.indexOf(": ") + 2));
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  private static ExitCode tell(HoldfastCommand root, long id, String what)
      throws CommandFailure, IOException {
    JsonObject task = root.broker().post(BrokerApi.task(id, "/" + what));
    root.output()
        .result(
            "task "
                + id
                + " is "
                + task.text("state")
                + ", "
                + task.number("done")
                + " messages done",
            task.fields());
    return ExitCode.OK;
  }

  @Command(name = "pause", description = "Let a task wait, over a restart too.")
  static final class Pause implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "ID", description = "As dlq tasks shows it.")
    private long id;

    Pause(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return tell(root, id, "pause");
    }
  }

  @Command(name = "resume", description = "Let a paused task go on.")
  static final class Resume implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "ID", description = "As dlq tasks shows it.")
    private long id;

    Resume(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return tell(root, id, "resume");
    }
  }

  @Command(name = "cancel", description = "End a task; what it has done stays done.")
  static final class Cancel implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "ID", description = "As dlq tasks shows it.")
    private long id;

    Cancel(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return tell(root, id, "cancel");
    }
  }
}
