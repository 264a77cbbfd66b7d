package dev.holdfast.broker.amqp.management;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * A request to {@code $management}.
 *
 * @param correlationId what the reply is to be recognised by: the request's correlation-id, else
 *     its message-id
 * @param replyTo where the reply goes; null: nowhere
 * @param parameters the application properties: operation, type, name …
 * @param body a map of attributes; empty when there is none
 * @param text a body that is a string; empty when it is none
 */
record ManagementRequest(
    @Nullable Object correlationId,
    @Nullable String replyTo,
    Map<String, Object> parameters,
    Map<String, Object> body,
    String text) {

  /** Reads a message; null when it is none. */
  static @Nullable ManagementRequest decode(byte[] bytes) {
    Message message = Proton.message();
    try {
      message.decode(bytes, 0, bytes.length);
    } catch (RuntimeException malformed) {
      return null;
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    if (message.getApplicationProperties() != null) {
      copy(message.getApplicationProperties().getValue(), parameters);
    }
    Map<String, Object> body = new LinkedHashMap<>();
    if (message.getBody() instanceof AmqpValue value && value.getValue() instanceof Map<?, ?> map) {
      copy(map, body);
    }
    Object id = message.getCorrelationId();
    return new ManagementRequest(
        id == null ? message.getMessageId() : id,
        message.getReplyTo(),
        parameters,
        body,
        message.getBody() instanceof AmqpValue value && value.getValue() instanceof String text
            ? text
            : "");
  }

  private static void copy(@Nullable Map<?, ?> from, Map<String, Object> to) {
    if (from != null) {
      from.forEach(
          (key, value) -> {
            if (value != null) {
              to.put(String.valueOf(key), value);
            }
          });
    }
  }

  /** A parameter as text; empty when it is missing. */
  String parameter(String name) {
    return String.valueOf(parameters.getOrDefault(name, ""));
  }
}
