package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code msg send}: one message, reported when the broker has it on disk. */
@Command(
    name = "send",
    description = "Send one message; done means fsynced.",
    footer = {
      "",
      "A BODY argument is sent as text (amqp-value); standard input (-) and files as bytes (data).",
      "",
      "Examples:",
      "  holdfast msg send orders 'hello' -H type=greeting",
      "  holdfast msg send orders --file order.json --content-type application/json --id 42",
      "  date | holdfast msg send orders - --ttl 5m",
      "  holdfast msg send orders 'good morning' --delay 8h",
      "  seq 100 | holdfast msg send orders --lines",
      "  holdfast dlq export orders | holdfast msg send spare --ndjson",
    })
final class SendCommand implements ApiCommand {
  private static final List<String> PROPERTIES =
      List.of("messageId", "correlationId", "subject", "replyTo", "contentType");

  private final HoldfastCommand root;

  @Parameters(index = "0", paramLabel = "QUEUE", description = "Name of the queue.")
  private String queue = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "BODY",
      description = "Text to send; - reads standard input.")
  private @Nullable String body;

  @Option(names = "--file", paramLabel = "FILE", description = "Send the bytes of this file.")
  private @Nullable Path file;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME=VALUE",
      description = "Application property; may be repeated.")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = "--property",
      paramLabel = "NAME=VALUE",
      description =
          "Message property: messageId, correlationId, subject, replyTo, contentType; may be"
              + " repeated.")
  private Map<String, String> properties = new LinkedHashMap<>();

  @Option(names = "--id", paramLabel = "ID", description = "Same as --property messageId=ID.")
  private @Nullable String id;

  @Option(
      names = "--content-type",
      paramLabel = "TYPE",
      description = "Same as --property contentType=TYPE.")
  private @Nullable String contentType;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      description = "Life of the message: 500ms, 30s, 5m, 2h, 7d.")
  private @Nullable String ttl;

  @Option(
      names = "--delay",
      paramLabel = "TIME",
      description = "Deliver it after this time and not before: 30s, 5m, 2h, 7d.")
  private @Nullable String delay;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "Deliver it at this time and not before, as 2026-12-24T18:00:00Z.")
  private @Nullable String at;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description =
          "Idempotency key: within the queue's window a second message with it is not stored.")
  private @Nullable String key;

  @Option(
      names = "--ndjson",
      description =
          "Send a message for each line of standard input or --file, as dlq export and msg peek"
              + " -o ndjson print them.")
  private boolean ndjson;

  @Option(
      names = "--lines",
      description =
          "Send a message for each line of standard input or --file, as text; the other options"
              + " count for each.")
  private boolean eachLine;

  @Option(names = "--priority", paramLabel = "0-9", description = "Priority; default 4.")
  private @Nullable Integer priority;

  @Option(
      names = "--no-durable",
      description = "Do not wait for the disk; the message may be lost in a crash.")
  private boolean notDurable;

  SendCommand(HoldfastCommand root) {
    this.root = root;
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    if (ndjson) {
      return lines();
    }
    if (eachLine) {
      return texts();
    }
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("body", readBody());
    putRest(message);
    JsonObject answer = root.broker().post(BrokerApi.queue(queue, "/messages"), message);
    Output output = root.output();
    if (output.isTable()) {
      output.line(
          (answer.flag("duplicate", false) ? "not sent again to " : "sent to ")
              + queue
              + ", sequence "
              + answer.number("sequence"));
    } else {
      output.json(answer.fields());
    }
    return ExitCode.OK;
  }

  /** Everything but the body. */
  private void putRest(Map<String, Object> message) throws CommandFailure {
    if (notDurable) {
      message.put("durable", false);
    }
    if (priority != null) {
      if (priority < 0 || priority > 9) {
        throw usage("--priority takes 0 to 9");
      }
      message.put("priority", priority);
    }
    if (ttl != null) {
      message.put("ttlMs", Units.millis(ttl));
    }
    putTime(message);
    if (key != null) {
      message.put("idempotencyKey", key);
    }
    putProperties(message);
    if (!headers.isEmpty()) {
      message.put("applicationProperties", headers);
    }
  }

  private void putTime(Map<String, Object> message) throws CommandFailure {
    if (delay != null && at != null) {
      throw usage("give --delay or --at, not both");
    }
    if (delay != null) {
      message.put("delayMs", Units.millis(delay));
    }
    if (at != null) {
      message.put("deliverAt", at);
    }
  }

  private ExitCode lines() throws CommandFailure, IOException {
    boolean more =
        !headers.isEmpty() || !properties.isEmpty() || ttl != null || key != null || notDurable;
    if (more
        || eachLine
        || delay != null
        || at != null
        || priority != null
        || id != null
        || contentType != null) {
      throw usage("with --ndjson each line says what its message is: leave out other options");
    }
    return fromInput("--ndjson", new MessageLines(root, queue)::send);
  }

  private ExitCode texts() throws CommandFailure, IOException {
    if (key != null || id != null || properties.containsKey("messageId")) {
      throw usage("with --lines a key or an id would be the same for all messages: leave it out");
    }
    Map<String, Object> rest = new LinkedHashMap<>();
    putRest(rest);
    MessageLines lines = new MessageLines(root, queue);
    return fromInput("--lines", in -> lines.sendTexts(in, rest));
  }

  /** Sends what it reads. */
  private interface Sending {
    ExitCode send(InputStream in) throws CommandFailure, IOException;
  }

  private ExitCode fromInput(String option, Sending sending) throws CommandFailure, IOException {
    if (body != null && !body.equals("-")) {
      throw usage(option + " reads standard input, or --file FILE");
    }
    if (file == null) {
      return sending.send(root.surroundings().in());
    }
    try (InputStream in = Files.newInputStream(file)) {
      return sending.send(in);
    } catch (NoSuchFileException e) {
      throw usage("there is no file " + file);
    }
  }

  private void putProperties(Map<String, Object> message) throws CommandFailure {
    Map<String, Object> all = new LinkedHashMap<>(properties);
    for (String name : properties.keySet()) {
      if (!PROPERTIES.contains(name)) {
        throw usage(
            "--property knows " + String.join(", ", PROPERTIES) + "; for others use -H name=value");
      }
    }
    if (id != null) {
      all.put("messageId", id);
    }
    if (contentType != null) {
      all.put("contentType", contentType);
    }
    if (!all.isEmpty()) {
      message.put("properties", all);
    }
  }

  private Map<String, Object> readBody() throws CommandFailure {
    if (body != null && file != null) {
      throw usage("give BODY or --file, not both");
    }
    try {
      if (file != null) {
        return bytes(Files.readAllBytes(file));
      }
      if (body == null) {
        throw usage("a body is missing: give BODY, - for standard input, or --file FILE");
      }
      return body.equals("-")
          ? bytes(root.surroundings().in().readAllBytes())
          : Map.of("text", body);
    } catch (NoSuchFileException e) {
      throw usage("there is no file " + file);
    } catch (IOException e) {
      throw usage("the body cannot be read: " + e.getMessage());
    }
  }

  private static Map<String, Object> bytes(byte[] bytes) {
    return Map.of("base64", Base64.getEncoder().encodeToString(bytes));
  }

  private static CommandFailure usage(String message) {
    return new CommandFailure(ExitCode.USAGE, "usage", message);
  }
}
