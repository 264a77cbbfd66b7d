package dev.holdfast.broker.amqp.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.jspecify.annotations.Nullable;

/** Makes AMQP sections of what the management API was given. Any thread; static. */
public final class NewMessageJson {
  private static final Set<String> BODY_FIELDS = Set.of("text", "base64");

  private static final Symbol IDEMPOTENCY_KEY = Symbol.valueOf("x-opt-idempotency-key");

  private NewMessageJson() {}

  /**
   * Encodes annotations, properties, application-properties and body, in this order.
   *
   * @param idempotencyKey becomes the annotation {@code x-opt-idempotency-key}, or null
   * @param body an object with {@code text} (sent as an amqp-value string) or {@code base64} (sent
   *     as data)
   * @param properties an object of texts by name, or null
   * @param applicationProperties an object of texts, numbers and booleans, or null
   * @throws IllegalArgumentException naming the field that is wrong
   */
  public static byte[] encode(
      @Nullable String idempotencyKey,
      JsonNode body,
      @Nullable JsonNode properties,
      @Nullable JsonNode applicationProperties) {
    List<Section> sections = new ArrayList<>();
    if (idempotencyKey != null) {
      sections.add(new MessageAnnotations(Map.of(IDEMPOTENCY_KEY, idempotencyKey)));
    }
    if (properties != null) {
      sections.add(properties(new Properties(), properties));
    }
    if (applicationProperties != null) {
      sections.add(applicationProperties(applicationProperties));
    }
    int size = body(body, sections);
    return new AmqpCodec().bytes(sections, size);
  }

  /** Adds the body; returns about how many bytes it takes. */
  static int body(JsonNode body, List<Section> sections) {
    if (!body.isObject() || body.size() != 1 || !BODY_FIELDS.contains(body.fieldNames().next())) {
      throw new IllegalArgumentException("body: give exactly one of text and base64");
    }
    JsonNode only = body.elements().next();
    if (!only.isTextual()) {
      throw new IllegalArgumentException("body: its field must be a string");
    }
    if (body.has("text")) {
      sections.add(new AmqpValue(only.textValue()));
      return Math.multiplyExact(only.textValue().length(), 3);
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(only.textValue());
      sections.add(new Data(new Binary(bytes)));
      return bytes.length;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("body.base64: is not base64", e);
    }
  }

  /** Sets what the object has. */
  static Properties properties(Properties properties, JsonNode node) {
    requireObject("properties", node);
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isTextual()) {
        throw new IllegalArgumentException("properties." + field.getKey() + ": must be a string");
      }
      String text = field.getValue().textValue();
      switch (field.getKey()) {
        case "messageId" -> properties.setMessageId(text);
        case "correlationId" -> properties.setCorrelationId(text);
        case "subject" -> properties.setSubject(text);
        case "to" -> properties.setTo(text);
        case "replyTo" -> properties.setReplyTo(text);
        case "contentType" -> properties.setContentType(symbol(field.getKey(), text));
        case "contentEncoding" -> properties.setContentEncoding(symbol(field.getKey(), text));
        case "groupId" -> properties.setGroupId(text);
        default ->
            throw new IllegalArgumentException(
                "properties."
                    + field.getKey()
                    + ": there is messageId, correlationId, subject, to, replyTo, contentType,"
                    + " contentEncoding, groupId");
      }
    }
    return properties;
  }

  /** AMQP symbols are ASCII (part 1 §1.6.21). */
  private static Symbol symbol(String field, String text) {
    if (!text.chars().allMatch(c -> c < 128)) {
      throw new IllegalArgumentException("properties." + field + ": must be ASCII");
    }
    return Symbol.valueOf(text);
  }

  static ApplicationProperties applicationProperties(JsonNode node) {
    requireObject("applicationProperties", node);
    Map<String, Object> values = new LinkedHashMap<>();
    node.properties().forEach(f -> values.put(f.getKey(), simple(f.getKey(), f.getValue())));
    return new ApplicationProperties(values);
  }

  private static Object simple(String name, JsonNode value) {
    if (value.isTextual()) {
      return value.textValue();
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return value.longValue();
    }
    if (value.isFloatingPointNumber()) {
      return value.doubleValue();
    }
    throw new IllegalArgumentException(
        "applicationProperties." + name + ": must be a string, a number or a boolean");
  }

  private static void requireObject(String field, JsonNode node) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(field + ": must be an object");
    }
  }
}
