package dev.holdfast.broker.domain.owner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.domain.FilterCodec;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Subscriptions as the store keeps them: JSON under {@code sub/ID}, where ID is also the id of the
 * subscription's cursor in every log it reads. Fields that a later version adds are ignored here;
 * fields that are missing take their default.
 */
final class SubscriptionCodec {
  private static final String PREFIX = "sub/";
  private static final ObjectMapper JSON = new ObjectMapper();

  private SubscriptionCodec() {}

  /**
   * A subscription as stored.
   *
   * @param id of it and of its cursors
   * @param definition what was asked for
   * @param deadLetterLogId its dead letters' log; 0: not made yet
   */
  record StoredSubscription(int id, SubscriptionDefinition definition, int deadLetterLogId) {}

  static String key(int id) {
    return PREFIX + id;
  }

  static boolean isSubscription(String key) {
    return key.startsWith(PREFIX);
  }

  static byte[] encode(StoredSubscription stored) {
    SubscriptionDefinition definition = stored.definition();
    try {
      ObjectNode json =
          JSON.createObjectNode()
              .put("source", definition.source())
              .put("name", definition.name())
              .put("durable", definition.traits().durable())
              .put("shared", definition.traits().shared())
              .put("byLink", definition.traits().byLink())
              .put("lingerMs", definition.traits().lingerMs())
              .put("leaveOut", definition.leaveOut())
              .put("creator", definition.creator())
              .put("deadLetterLog", stored.deadLetterLogId());
      MessageFilter filter = definition.filter();
      if (filter != null) {
        json.put("filter", filter.encoded());
      }
      return JSON.writeValueAsBytes(json);
    } catch (IOException e) {
      throw new UncheckedIOException("a subscription cannot be written", e);
    }
  }

  static StoredSubscription decode(String key, byte[] value, FilterCodec filters) {
    try {
      JsonNode json = JSON.readTree(value);
      SubscriptionDefinition.Traits traits =
          new SubscriptionDefinition.Traits(
              json.path("durable").asBoolean(true),
              json.path("shared").asBoolean(true),
              json.path("byLink").asBoolean(false),
              json.path("lingerMs").asLong(0));
      SubscriptionDefinition definition =
          new SubscriptionDefinition(
              json.required("source").asText(),
              json.required("name").asText(),
              traits,
              json.has("filter") ? filters.decode(json.get("filter").binaryValue()) : null,
              json.path("leaveOut").asText(""),
              json.path("creator").asText(""));
      return new StoredSubscription(
          Integer.parseInt(key.substring(PREFIX.length())),
          definition,
          json.path("deadLetterLog").asInt(0));
    } catch (IOException e) {
      throw new UncheckedIOException("subscription " + key + " cannot be read", e);
    }
  }
}
