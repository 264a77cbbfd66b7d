package dev.holdfast.cli;

import dev.holdfast.cli.text.Escapes;
import dev.holdfast.cli.text.Json;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** A message of the API as people read it. */
final class MessageView {
  private static final int BRIEF_BYTES = 16;
  private static final int DUMPED_BYTES = 1024;

  private final JsonObject message;

  MessageView(JsonObject message) {
    this.message = message;
  }

  /** The body's bytes: of a value that is neither text nor bytes, its JSON. */
  byte[] body() throws IOException {
    JsonObject body = message.object("body");
    if (body.value("base64") != null) {
      try {
        return Base64.getDecoder().decode(body.text("base64"));
      } catch (IllegalArgumentException e) {
        throw new IOException("field \"base64\" of a body is not base64", e);
      }
    }
    if (isLarge(body)) {
      throw new IOException(
          "message "
              + message.number("sequence")
              + " is large: its body does not come over HTTP; receive it with an AMQP client");
    }
    return bodyText().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The body as text, not escaped; bytes that are no text by their number and the first of them.
   */
  String bodyText() throws IOException {
    JsonObject body = message.object("body");
    if (body.value("text") != null) {
      return body.text("text");
    }
    if (body.value("base64") != null) {
      return HexDump.brief(body(), BRIEF_BYTES);
    }
    if (isLarge(body)) {
      return "(large: " + body.number("bytes") + " bytes, for an AMQP client to receive)";
    }
    Object value = body.value("value");
    return value == null ? "" : Json.compact(value);
  }

  private static boolean isLarge(JsonObject body) throws IOException {
    return body.text("type", "").equals("large");
  }

  /** Head lines, an empty line, the body; escaped. */
  String block() throws IOException {
    StringBuilder out = new StringBuilder();
    append(out, "sequence", String.valueOf(message.number("sequence")));
    append(out, "enqueued", message.text("enqueued"));
    append(out, "expires", message.text("expires", ""));
    append(out, "failures", String.valueOf(message.number("failures")));
    if (!message.flag("durable", true)) {
      append(out, "durable", "false");
    }
    append(out, "priority", String.valueOf(message.number("priority", 4)));
    for (String section : new String[] {"annotations", "properties", "applicationProperties"}) {
      for (Map.Entry<?, ?> field : message.object(section).fields().entrySet()) {
        Object value = field.getValue();
        append(
            out,
            String.valueOf(field.getKey()),
            value instanceof String text ? text : Json.compact(value));
      }
    }
    boolean binary = message.object("body").value("base64") != null;
    String text = binary ? HexDump.of(body(), DUMPED_BYTES) : Escapes.block(bodyText());
    return out.append('\n').append(text).append(text.endsWith("\n") ? "" : "\n").toString();
  }

  private static void append(StringBuilder out, String name, String value) {
    if (!value.isEmpty()) {
      out.append(Escapes.line(name)).append(": ").append(Escapes.line(value)).append('\n');
    }
  }
}
