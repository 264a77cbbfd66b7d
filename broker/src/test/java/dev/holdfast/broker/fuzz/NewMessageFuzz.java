package dev.holdfast.broker.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.broker.amqp.codec.MessageView;
import dev.holdfast.broker.amqp.json.MessageJson;
import dev.holdfast.broker.amqp.json.NewMessageJson;
import java.io.IOException;

/** Messages given to the management API: refused by name, or AMQP that the broker takes. */
public final class NewMessageFuzz {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final MessageView VIEW = new MessageView();
  private static final MessageJson SHOWN = new MessageJson();

  private NewMessageFuzz() {}

  /** One input: a JSON document with body, properties and applicationProperties. */
  public static void fuzzerTestOneInput(byte[] input) {
    JsonNode document;
    try {
      document = MAPPER.readTree(input);
    } catch (IOException noJson) {
      return;
    }
    if (document == null || !document.isObject()) {
      return;
    }
    byte[] message;
    try {
      message =
          NewMessageJson.encode(
              document.path("key").textValue(),
              document.path("body"),
              document.get("properties"),
              document.get("applicationProperties"));
    } catch (IllegalArgumentException refused) {
      return;
    }
    if (!VIEW.scan(message, 0, message.length)) {
      throw new AssertionError("made a message that the broker would refuse");
    }
    if (SHOWN.show(message).has("undecodable")) {
      throw new AssertionError("made a message that cannot be shown");
    }
  }
}
