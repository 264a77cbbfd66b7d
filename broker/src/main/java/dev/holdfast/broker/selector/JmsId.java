package dev.holdfast.broker.selector;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How JMS clients see message-id and correlation-id, which AMQP gives four types (AMQP JMS Mapping
 * §3.2.1.1): as a string whose prefix tells the type.
 */
final class JmsId {

  private static final Text ID = Text.of("ID:");
  private static final Text ENCODED = Text.of("ID:AMQP_");
  private static final Text[] ENCODINGS = {
    Text.of("ID:AMQP_BINARY:"),
    Text.of("ID:AMQP_UUID:"),
    Text.of("ID:AMQP_ULONG:"),
    Text.of("ID:AMQP_STRING:"),
    Text.of("ID:AMQP_NO_PREFIX:")
  };
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private JmsId() {}

  /** The value of JMSMessageID. */
  static @Nullable Object messageId(MessageFields message) {
    Object id = message.property(PropertyField.MESSAGE_ID);
    if (id instanceof Text text && !text.startsWith(ID)) {
      return Text.of("ID:AMQP_NO_PREFIX:" + text);
    }
    return typed(id);
  }

  /** The value of JMSCorrelationID: one that an application made need not start with ID. */
  static @Nullable Object correlationId(MessageFields message) {
    return typed(message.property(PropertyField.CORRELATION_ID));
  }

  private static @Nullable Object typed(@Nullable Object id) {
    if (id instanceof Text text) {
      return looksEncoded(text) ? Text.of("ID:AMQP_STRING:" + text) : text;
    }
    if (id instanceof UUID) {
      return Text.of("ID:AMQP_UUID:" + id);
    }
    if (id instanceof Long || id instanceof BigInteger) {
      return Text.of("ID:AMQP_ULONG:" + id);
    }
    if (id instanceof ByteBuffer binary) {
      byte[] bytes = new byte[binary.remaining()];
      binary.duplicate().get(bytes);
      return Text.of("ID:AMQP_BINARY:" + HEX.formatHex(bytes));
    }
    return null;
  }

  private static boolean looksEncoded(Text text) {
    if (!text.startsWith(ENCODED)) {
      return false;
    }
    for (Text encoding : ENCODINGS) {
      if (text.startsWith(encoding)) {
        return true;
      }
    }
    return false;
  }
}
