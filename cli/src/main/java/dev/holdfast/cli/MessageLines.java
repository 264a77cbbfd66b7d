package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sends what was printed before: a message for each line, an object as the API shows it. One with
 * {@code sections} is sent byte for byte as it was; of others, what can be sent by the parts that
 * are shown.
 */
final class MessageLines {
  private static final List<String> PROPERTIES =
      List.of(
          "messageId",
          "correlationId",
          "subject",
          "to",
          "replyTo",
          "contentType",
          "contentEncoding",
          "groupId");
  private static final List<String> HEADER = List.of("durable", "priority", "ttlMs");

  private final HoldfastCommand root;
  private final String queue;

  MessageLines(HoldfastCommand root, String queue) {
    this.root = root;
    this.queue = queue;
  }

  ExitCode send(InputStream in) throws CommandFailure, IOException {
    return send(in, text -> text.isBlank() ? Map.of() : message(text));
  }

  /** Sends a text for each line; with an empty line one that is empty. */
  ExitCode sendTexts(InputStream in, Map<String, Object> rest) throws CommandFailure, IOException {
    return send(
        in,
        text -> {
          Map<String, Object> message = new LinkedHashMap<>();
          message.put("body", Map.of("text", text));
          message.putAll(rest);
          return message;
        });
  }

  /** Makes a message of a line. */
  private interface LineReader {
    /** Empty: none. */
    Map<String, Object> read(String line) throws CommandFailure;
  }

  private ExitCode send(InputStream in, LineReader lines) throws CommandFailure, IOException {
    BrokerApi broker = root.broker();
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    long line = 0;
    long sent = 0;
    long duplicates = 0;
    try (Progress progress = Progress.of(root)) {
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        line++;
        progress.show(sent, 0, "messages sent");
        Map<String, Object> message = lines.read(text);
        if (!message.isEmpty()) {
          JsonObject answer = broker.post(BrokerApi.queue(queue, "/messages"), message);
          duplicates += answer.flag("duplicate", false) ? 1 : 0;
          sent++;
        }
      }
    } catch (CommandFailure e) {
      throw new CommandFailure(
          sent == 0 ? e.exitCode() : ExitCode.PARTIAL,
          e.code(),
          "line " + line + ", after " + sent + " messages: " + e.reason());
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("sent", sent - duplicates);
    result.put("duplicates", duplicates);
    root.output()
        .result(
            (sent - duplicates)
                + " messages sent to "
                + queue
                + (duplicates == 0 ? "" : ", " + duplicates + " were there already"),
            result);
    return ExitCode.OK;
  }

  /** Reads all lines and sends none. */
  ExitCode check(InputStream in) throws CommandFailure, IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    long line = 0;
    long messages = 0;
    for (String text = reader.readLine(); text != null; text = reader.readLine()) {
      line++;
      try {
        messages += text.isBlank() || message(text).isEmpty() ? 0 : 1;
      } catch (CommandFailure e) {
        throw new CommandFailure(e.exitCode(), e.code(), "line " + line + ": " + e.reason());
      }
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("dryRun", true);
    result.put("messages", messages);
    root.output().result("would send " + messages + " messages to " + queue, result);
    return ExitCode.OK;
  }

  private static Map<String, Object> message(String line) throws CommandFailure {
    try {
      JsonObject shown = JsonObject.parse(line.getBytes(StandardCharsets.UTF_8));
      Map<String, Object> message = new LinkedHashMap<>();
      for (String field : HEADER) {
        put(message, field, shown.value(field));
      }
      if (shown.value("sections") != null) {
        message.put("sections", shown.text("sections"));
        return message;
      }
      message.put("body", body(shown.object("body")));
      put(message, "idempotencyKey", shown.value("idempotencyKey"));
      Map<String, Object> properties = new LinkedHashMap<>();
      for (String name : PROPERTIES) {
        put(properties, name, shown.object("properties").value(name));
      }
      if (!properties.isEmpty()) {
        message.put("properties", properties);
      }
      put(message, "applicationProperties", shown.value("applicationProperties"));
      return message;
    } catch (IOException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private static void put(Map<String, Object> target, String name, @Nullable Object value) {
    if (value != null) {
      target.put(name, value);
    }
  }

  private static Map<String, Object> body(JsonObject body) throws IOException, CommandFailure {
    if (body.value("text") != null) {
      return Map.of("text", body.text("text"));
    }
    if (body.value("base64") != null) {
      return Map.of("base64", body.text("base64"));
    }
    throw usage(
        "a body that is neither text nor bytes can only be sent with its sections, as dlq export"
            + " prints them");
  }

  private static CommandFailure usage(String message) {
    return new CommandFailure(ExitCode.USAGE, "usage", message);
  }
}
