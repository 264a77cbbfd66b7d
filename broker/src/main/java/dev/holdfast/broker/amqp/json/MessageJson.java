package dev.holdfast.broker.amqp.json;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.DeliveryAnnotations;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.jspecify.annotations.Nullable;

/**
 * Shows the sections of a stored message (AMQP 1.0 part 3 §3.2) as JSON. One instance serves one
 * thread. Costs a full decode: off the event loops.
 */
public final class MessageJson {
  private final AmqpCodec codec = new AmqpCodec();

  /**
   * The fields {@code annotations}, {@code properties}, {@code applicationProperties} (each only
   * when present) and {@code body}. Bytes that are no AMQP message are shown as a body of data with
   * {@code "undecodable": true} beside it.
   *
   * @param bytes the sections from the message annotations on
   */
  public ObjectNode show(byte[] bytes) {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    List<Section> sections = codec.sections(bytes);
    if (sections == null) {
      message.put("undecodable", true);
      message
          .putObject("body")
          .put("type", "data")
          .put("base64", Base64.getEncoder().encodeToString(bytes));
      return message;
    }
    for (Section section : sections) {
      if (section instanceof MessageAnnotations annotations && annotations.getValue() != null) {
        message.set("annotations", AmqpJson.object(annotations.getValue()));
      } else if (section instanceof Properties properties) {
        message.set("properties", AmqpJson.object(fields(properties)));
      } else if (section instanceof ApplicationProperties own && own.getValue() != null) {
        message.set("applicationProperties", AmqpJson.object(own.getValue()));
      }
    }
    message.set("body", body(sections));
    return message;
  }

  /**
   * Every section by its name, in order, with what is in it; null when the bytes are no AMQP
   * message.
   *
   * @param bytes the sections from the message annotations on
   */
  public @Nullable ArrayNode decoded(byte[] bytes) {
    List<Section> sections = codec.sections(bytes);
    if (sections == null) {
      return null;
    }
    ArrayNode decoded = JsonNodeFactory.instance.arrayNode();
    for (Section section : sections) {
      Object value = null;
      if (section instanceof DeliveryAnnotations annotations) {
        value = annotations.getValue();
      } else if (section instanceof MessageAnnotations annotations) {
        value = annotations.getValue();
      } else if (section instanceof Properties properties) {
        value = fields(properties);
      } else if (section instanceof ApplicationProperties own) {
        value = own.getValue();
      } else if (section instanceof Data data) {
        value = data.getValue();
      } else if (section instanceof AmqpSequence sequence) {
        value = sequence.getValue();
      } else if (section instanceof AmqpValue own) {
        value = own.getValue();
      } else if (section instanceof Footer footer) {
        value = footer.getValue();
      }
      ObjectNode shown = decoded.addObject().put("section", section.getType().name());
      if (value != null) {
        shown.put("type", AmqpJson.type(value));
      }
      shown.set("value", AmqpJson.node(value));
    }
    return decoded;
  }

  private static Map<String, @Nullable Object> fields(Properties properties) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("messageId", properties.getMessageId());
    fields.put("userId", userId(properties.getUserId()));
    fields.put("to", properties.getTo());
    fields.put("subject", properties.getSubject());
    fields.put("replyTo", properties.getReplyTo());
    fields.put("correlationId", properties.getCorrelationId());
    fields.put("contentType", properties.getContentType());
    fields.put("contentEncoding", properties.getContentEncoding());
    fields.put("absoluteExpiryTime", properties.getAbsoluteExpiryTime());
    fields.put("creationTime", properties.getCreationTime());
    fields.put("groupId", properties.getGroupId());
    fields.put("groupSequence", properties.getGroupSequence());
    fields.put("replyToGroupId", properties.getReplyToGroupId());
    fields.values().removeIf(value -> value == null);
    return fields;
  }

  private static @Nullable Object userId(@Nullable Binary id) {
    return id == null ? null : AmqpJson.text(copy(id)).<Object>map(t -> t).orElse(id);
  }

  private static ObjectNode body(List<Section> sections) {
    List<Section> parts =
        sections.stream()
            .filter(s -> s instanceof Data || s instanceof AmqpValue || s instanceof AmqpSequence)
            .toList();
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (parts.isEmpty()) {
      return body.put("type", "empty");
    }
    if (parts.get(0) instanceof Data) {
      return data(body.put("type", "data"), parts);
    }
    if (parts.get(0) instanceof AmqpValue value) {
      body.put("type", "value");
      if (value.getValue() instanceof String text) {
        body.put("text", text);
      } else if (value.getValue() instanceof Binary binary) {
        body.put("base64", AmqpJson.base64(binary));
      } else {
        body.set("value", AmqpJson.node(value.getValue()));
      }
      return body;
    }
    body.put("type", "sequence");
    List<?> lists =
        parts.stream()
            .filter(AmqpSequence.class::isInstance)
            .map(s -> ((AmqpSequence) s).getValue())
            .toList();
    body.set("value", AmqpJson.node(lists.size() == 1 ? lists.get(0) : lists));
    return body;
  }

  private static ObjectNode data(ObjectNode body, List<Section> parts) {
    byte[] bytes = new byte[0];
    for (Section part : parts) {
      if (part instanceof Data data && data.getValue() != null) {
        byte[] more = copy(data.getValue());
        int length = bytes.length;
        bytes = Arrays.copyOf(bytes, length + more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
      }
    }
    byte[] all = bytes;
    AmqpJson.text(all)
        .ifPresentOrElse(
            text -> body.put("text", text),
            () -> body.put("base64", Base64.getEncoder().encodeToString(all)));
    return body;
  }

  private static byte[] copy(Binary binary) {
    int from = binary.getArrayOffset();
    return Arrays.copyOfRange(binary.getArray(), from, from + binary.getLength());
  }
}
