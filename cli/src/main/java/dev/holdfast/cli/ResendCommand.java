package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlq resend}: one dead letter goes back, edited or not. */
@Command(
    name = "resend",
    description = {
      "Send one dead letter back, edited if wanted; what is not given stays as it was.",
      "The new one is stored and the old one gone in one step."
    },
    footer = {
      "",
      "Examples:",
      "  holdfast dlq resend orders 42",
      "  holdfast dlq resend orders 42 --file corrected.json --to orders.manual",
    })
final class ResendCommand implements ApiCommand {
  private final HoldfastCommand root;

  @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue, or TOPIC::NAME.")
  private String queue = "";

  @Parameters(index = "1", paramLabel = "SEQ", description = "Its sequence, as list shows it.")
  private long sequence;

  @Option(
      names = "--to",
      paramLabel = "NODE",
      description = "A queue, a topic or TOPIC::NAME; default: where it came from.")
  private @Nullable String to;

  @Option(names = "--body", paramLabel = "TEXT", description = "Another body, as text.")
  private @Nullable String body;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Another body: the bytes of this file; - reads standard input.")
  private @Nullable String file;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME=VALUE",
      description = "Application properties: these instead of all it had; may be repeated.")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = "--property",
      paramLabel = "NAME=VALUE",
      description = "Another value of a message property, such as subject; may be repeated.")
  private Map<String, String> properties = new LinkedHashMap<>();

  @Option(names = "--dry-run", description = "Only show what would be sent back.")
  private boolean dryRun;

  ResendCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    Map<String, Object> edit = new LinkedHashMap<>();
    if (body != null || file != null) {
      edit.put("body", newBody());
    }
    if (!headers.isEmpty()) {
      edit.put("applicationProperties", headers);
    }
    if (!properties.isEmpty()) {
      edit.put("properties", properties);
    }
    String path = BrokerApi.deadLetters(queue, "/messages/" + sequence);
    if (dryRun) {
      return preview(root.broker().get(path), edit);
    }
    Map<String, Object> request = new LinkedHashMap<>();
    if (to != null) {
      request.put("to", to);
    }
    if (!edit.isEmpty()) {
      request.put("message", edit);
    }
    JsonObject answer = root.broker().post(path + "/redrive", request);
    root.output()
        .result(
            "dead letter " + sequence + " of " + queue + " sent to " + answer.text("to"),
            answer.fields());
    return ExitCode.OK;
  }

  private ExitCode preview(JsonObject message, Map<String, Object> edit) throws IOException {
    String target = to == null ? message.object("death").text("origin", queue) : to;
    Map<String, Object> preview = new LinkedHashMap<>();
    preview.put("dryRun", true);
    preview.put("action", "resend");
    preview.put("node", queue);
    preview.put("sequence", sequence);
    preview.put("to", target);
    preview.put("edited", !edit.isEmpty());
    root.output()
        .result(
            "would send dead letter "
                + sequence
                + " of "
                + queue
                + " to "
                + target
                + (edit.isEmpty() ? "" : ", edited"),
            preview);
    return ExitCode.OK;
  }

  private Map<String, Object> newBody() throws CommandFailure {
    if (body != null && file != null) {
      throw usage("give --body or --file, not both");
    }
    if (body != null) {
      return Map.of("text", body);
    }
    try {
      byte[] bytes =
          "-".equals(file)
              ? root.surroundings().in().readAllBytes()
              : Files.readAllBytes(Path.of(String.valueOf(file)));
      return Map.of("base64", Base64.getEncoder().encodeToString(bytes));
    } catch (NoSuchFileException e) {
      throw usage("there is no file " + file);
    } catch (IOException e) {
      throw usage("the body cannot be read: " + e.getMessage());
    }
  }

  private static CommandFailure usage(String message) {
    return new CommandFailure(ExitCode.USAGE, "usage", message);
  }
}
