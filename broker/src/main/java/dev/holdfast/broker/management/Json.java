package dev.holdfast.broker.management;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reading and writing JSON, strictly. Any thread. */
final class Json {
  private static final int MAX_DEPTH = 32;

  /** Bodies are bounded before they get here, so that one string may take all of one. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  static JsonFactory factory() {
    return MAPPER.getFactory();
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree in memory can always be written", e);
    }
  }

  /** The object in the body, with no other fields than these; an answer with 400 otherwise. */
  static ObjectNode object(byte[] body, Set<String> fields) {
    try {
      JsonNode node = MAPPER.readTree(body);
      if (!(node instanceof ObjectNode object)) {
        throw invalid("the body must be a JSON object");
      }
      for (var entry : object.properties()) {
        if (!fields.contains(entry.getKey())) {
          throw unknown(entry.getKey(), fields);
        }
      }
      return object;
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  /** The text field {@code name} of an object; empty when there is none. */
  static String nameIn(byte[] body) {
    try {
      return MAPPER.readTree(body).path("name").asText();
    } catch (IOException e) {
      return "";
    }
  }

  static ApiException unknown(String field, Set<String> fields) {
    return invalid(
        "the field " + field + " is not known; there is " + fields.stream().sorted().toList());
  }

  static ApiException malformed(IOException e) {
    JsonLocation at = e instanceof JsonProcessingException p ? p.getLocation() : null;
    return invalid(
        "the body is not valid JSON"
            + (at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr()));
  }

  static ApiException invalid(String message) {
    return new ApiException(ApiException.Code.INVALID, message);
  }

  static String text(ObjectNode object, String field) {
    JsonNode value = object.get(field);
    if (value == null || !value.isTextual()) {
      throw invalid("the field " + field + " must be there and be a string");
    }
    return value.textValue();
  }

  static long number(ObjectNode object, String field, long from, long to, long absent) {
    JsonNode value = object.get(field);
    if (value == null || value.isNull()) {
      return absent;
    }
    boolean fits = value.isIntegralNumber() && value.canConvertToLong();
    if (!fits || value.longValue() < from || value.longValue() > to) {
      throw invalid("the field " + field + " must be a whole number from " + from + " to " + to);
    }
    return value.longValue();
  }

  static double decimal(ObjectNode object, String field, double absent) {
    JsonNode value = object.get(field);
    if (value == null || value.isNull()) {
      return absent;
    }
    if (!value.isNumber()) {
      throw invalid("the field " + field + " must be a number");
    }
    return value.doubleValue();
  }

  static boolean flag(ObjectNode object, String field, boolean absent) {
    JsonNode value = object.get(field);
    if (value == null || value.isNull()) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw invalid("the field " + field + " must be true or false");
    }
    return value.booleanValue();
  }

  static @Nullable JsonNode optional(ObjectNode object, String field) {
    JsonNode value = object.get(field);
    return value == null || value.isNull() ? null : value;
  }
}
