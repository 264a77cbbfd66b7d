package dev.holdfast.broker.domain.owner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.deadletter.RetryPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Definitions of nodes as the store keeps them: JSON under {@code node/ID}, the name inside,
 * because the store seals values and not keys. Fields that a later version adds are ignored here;
 * fields that are missing take their default.
 */
final class NodeCodec {
  private static final String PREFIX = "node/";
  private static final ObjectMapper JSON = new ObjectMapper();

  private NodeCodec() {}

  /**
   * A queue as stored.
   *
   * @param definition what the operator chose
   * @param logId its log
   * @param deadLetterLogId its dead letters' log
   */
  record StoredQueue(QueueDefinition definition, int logId, int deadLetterLogId) {}

  static String key(int logId) {
    return PREFIX + logId;
  }

  static boolean isNode(String key) {
    return key.startsWith(PREFIX);
  }

  static byte[] encode(StoredQueue queue) {
    QueueDefinition definition = queue.definition();
    try {
      return JSON.writeValueAsBytes(
          JSON.createObjectNode()
              .put("kind", "queue")
              .put("name", definition.name())
              .put("log", queue.logId())
              .put("deadLetterLog", queue.deadLetterLogId())
              .put("maxMessageBytes", definition.maxMessageBytes())
              .put("maxDeliveries", definition.retry().maxDeliveries()));
    } catch (IOException e) {
      throw new UncheckedIOException("a definition cannot be written", e);
    }
  }

  static StoredQueue decode(String key, byte[] value, DomainSettings settings) {
    try {
      JsonNode json = JSON.readTree(value);
      String kind = json.path("kind").asText();
      if (!"queue".equals(kind)) {
        throw new IllegalStateException(
            key + " is a " + kind + ", which this version does not know; start the newer version");
      }
      QueueDefinition definition =
          new QueueDefinition(
              json.required("name").asText(),
              json.path("maxMessageBytes").asLong(settings.maxMessageBytes()),
              RetryPolicy.atOnce(
                  json.path("maxDeliveries").asInt(RetryPolicy.DEFAULT.maxDeliveries())));
      return new StoredQueue(
          definition, json.required("log").asInt(), json.required("deadLetterLog").asInt());
    } catch (IOException e) {
      throw new UncheckedIOException("definition " + key + " cannot be read", e);
    }
  }
}
