package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.wire.AmqpValues;
import dev.holdfast.client.wire.EncodedMessage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.jspecify.annotations.Nullable;

/** {@link Message} to AMQP sections and back (AMQP 1.0 part 3 §3.2). Stateless, any thread. */
final class MessageCodec {
  private static final int NORMAL_PRIORITY = 4;
  private static final Symbol IDEMPOTENCY_KEY = Symbol.valueOf(Message.IDEMPOTENCY_KEY);

  private MessageCodec() {}

  /** Encodes; {@code key}, if any, goes before one that the message has itself. */
  static EncodedMessage encode(Message message, @Nullable String key) {
    org.apache.qpid.proton.message.Message out = Proton.message();
    out.setHeader(header(message));
    if (key != null || !message.annotations().isEmpty()) {
      Map<Symbol, Object> annotations = new LinkedHashMap<>();
      message
          .annotations()
          .forEach(
              (name, value) -> annotations.put(Symbol.valueOf(name), AmqpValues.toAmqp(value)));
      if (key != null) {
        annotations.put(IDEMPOTENCY_KEY, key);
      }
      out.setMessageAnnotations(new MessageAnnotations(annotations));
    }
    out.setProperties(properties(message));
    if (!message.properties().isEmpty()) {
      Map<String, Object> own = new LinkedHashMap<>();
      message.properties().forEach((name, value) -> own.put(name, AmqpValues.toAmqp(value)));
      out.setApplicationProperties(new ApplicationProperties(own));
    }
    Object body = message.rawBody();
    int bodyBytes = 0;
    if (body instanceof byte[] bytes) {
      out.setBody(new Data(new Binary(bytes)));
      bodyBytes = bytes.length;
    } else {
      out.setBody(new AmqpValue(body));
      bodyBytes = body instanceof String text ? text.length() : 0;
    }
    try {
      return EncodedMessage.of(out, bodyBytes);
    } catch (RuntimeException unsuitable) {
      throw new HoldfastException(
              Reason.INVALID, "the message has no AMQP form: " + unsuitable.getMessage())
          .causedBy(unsuitable);
    }
  }

  private static Header header(Message message) {
    Header header = new Header();
    header.setDurable(message.durable());
    if (message.priority() != NORMAL_PRIORITY) {
      header.setPriority(UnsignedByte.valueOf((byte) message.priority()));
    }
    message.ttl().ifPresent(ttl -> header.setTtl(UnsignedInteger.valueOf(ttl.toMillis())));
    return header;
  }

  private static Properties properties(Message message) {
    Properties properties = new Properties();
    message.id().ifPresent(properties::setMessageId);
    message.correlationId().ifPresent(properties::setCorrelationId);
    message.subject().ifPresent(properties::setSubject);
    message.replyTo().ifPresent(properties::setReplyTo);
    message.to().ifPresent(properties::setTo);
    message.contentType().ifPresent(type -> properties.setContentType(Symbol.valueOf(type)));
    message.groupId().ifPresent(properties::setGroupId);
    return properties;
  }

  static Message decode(byte[] encoded) {
    org.apache.qpid.proton.message.Message in = Proton.message();
    try {
      in.decode(encoded, 0, encoded.length);
      return decode(in);
    } catch (RuntimeException broken) {
      throw new HoldfastException(Reason.INVALID, "not an AMQP message: " + broken.getMessage())
          .causedBy(broken);
    }
  }

  static Message decode(org.apache.qpid.proton.message.Message in) {
    MessageBuilder builder = new MessageBuilder();
    Header header = in.getHeader();
    // Holdfast takes a message without a durable field for a durable one; so does its client.
    builder.durable = header == null || !Boolean.FALSE.equals(header.getDurable());
    if (header != null) {
      UnsignedByte priority = header.getPriority();
      builder.priority = priority == null ? NORMAL_PRIORITY : priority.intValue();
      UnsignedInteger ttl = header.getTtl();
      builder.ttl = ttl == null ? null : Duration.ofMillis(ttl.longValue());
    }
    Properties properties = in.getProperties();
    if (properties != null) {
      builder.id = printed(properties.getMessageId());
      builder.correlationId = printed(properties.getCorrelationId());
      builder.subject = properties.getSubject();
      builder.replyTo = properties.getReplyTo();
      builder.to = properties.getTo();
      builder.contentType = printed(properties.getContentType());
      builder.groupId = properties.getGroupId();
    }
    if (in.getMessageAnnotations() != null) {
      copy(in.getMessageAnnotations().getValue(), builder.annotations);
    }
    if (in.getApplicationProperties() != null) {
      copy(in.getApplicationProperties().getValue(), builder.properties);
    }
    builder.body = body(in.getBody());
    return new Message(builder);
  }

  private static void copy(@Nullable Map<?, ?> from, Map<String, Object> to) {
    if (from != null) {
      AmqpValues.map(from)
          .forEach(
              (key, value) -> {
                if (value != null) {
                  to.put(key, value);
                }
              });
    }
  }

  private static @Nullable String printed(@Nullable Object value) {
    if (value instanceof Binary binary) {
      StringBuilder hex = new StringBuilder();
      for (byte b : AmqpValues.bytes(binary)) {
        hex.append(Character.forDigit((b >> 4) & 0xF, 16)).append(Character.forDigit(b & 0xF, 16));
      }
      return hex.toString();
    }
    return value == null ? null : value.toString();
  }

  private static @Nullable Object body(@Nullable Section section) {
    if (section instanceof Data data) {
      Binary value = data.getValue();
      return value == null ? new byte[0] : AmqpValues.bytes(value);
    }
    if (section instanceof AmqpValue value) {
      return AmqpValues.fromAmqp(value.getValue());
    }
    if (section instanceof AmqpSequence sequence) {
      return AmqpValues.fromAmqp(sequence.getValue());
    }
    return new byte[0];
  }
}
