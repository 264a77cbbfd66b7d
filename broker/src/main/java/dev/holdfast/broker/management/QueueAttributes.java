package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.amqp.management.QueueSettings;
import dev.holdfast.broker.domain.QueueDefinition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The settings of queues for {@code $management}: read and written as in the HTTP API. */
public final class QueueAttributes implements QueueSettings {
  private final long maxMessageBytes;

  /**
   * Makes one.
   *
   * @param maxMessageBytes largest message of any queue, and the default of new ones
   */
  public QueueAttributes(long maxMessageBytes) {
    this.maxMessageBytes = maxMessageBytes;
  }

  @Override
  public UnaryOperator<QueueDefinition> creation(Map<String, Object> attributes) {
    if (attributes.containsKey("name")) {
      throw new IllegalArgumentException("the name is given once, as an application property");
    }
    ObjectNode body = json(attributes).put("name", "any");
    return checked(() -> QueueBody.wanted(Json.bytes(body), maxMessageBytes).settings());
  }

  @Override
  public UnaryOperator<QueueDefinition> change(Map<String, Object> attributes) {
    byte[] body = Json.bytes(json(attributes));
    return checked(() -> QueueBody.change(body, maxMessageBytes));
  }

  @Override
  public Map<String, Object> show(QueueDefinition definition) {
    Map<String, Object> shown = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field :
        QueueBody.put(definition, Json.object()).properties()) {
      JsonNode value = field.getValue();
      shown.put(
          field.getKey(),
          value.isNumber()
              ? value.numberValue()
              : value.isBoolean() ? (Object) value.booleanValue() : value.asText());
    }
    return shown;
  }

  private static <T> T checked(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (ApiException invalid) {
      throw new IllegalArgumentException(invalid.text(), invalid);
    }
  }

  private static ObjectNode json(Map<String, Object> attributes) {
    ObjectNode json = Json.object();
    attributes.forEach((name, value) -> put(json, name, value));
    return json;
  }

  private static void put(ObjectNode json, String name, Object value) {
    if (value instanceof Boolean flag) {
      json.put(name, flag);
    } else if (value instanceof Float || value instanceof Double) {
      json.put(name, ((Number) value).doubleValue());
    } else if (value instanceof Number number) {
      json.put(name, number.longValue());
    } else if (value instanceof CharSequence text) {
      json.put(name, text.toString());
    } else {
      throw new IllegalArgumentException(
          "the attribute " + name + " must be a number, a boolean or a string");
    }
  }
}
