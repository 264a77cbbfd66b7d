package dev.holdfast.it.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.message.Message;

/** Messages to bytes and back. */
public final class Messages {
  private Messages() {}

  /**
   * A durable message of one data section.
   *
   * @param body its bytes
   * @return every section
   */
  public static byte[] data(byte[] body) {
    Message message = Message.Factory.create();
    message.setDurable(true);
    message.setBody(new Data(new Binary(body)));
    return encode(message);
  }

  /**
   * A durable message of one text.
   *
   * @param body its text
   * @return every section
   */
  public static byte[] text(String body) {
    Message message = Message.Factory.create();
    message.setDurable(true);
    message.setBody(new AmqpValue(body));
    return encode(message);
  }

  /**
   * A message as bytes.
   *
   * @param message any
   * @return every section
   */
  public static byte[] encode(Message message) {
    byte[] buffer = new byte[1024];
    while (true) {
      try {
        return Arrays.copyOf(buffer, message.encode(buffer, 0, buffer.length));
      } catch (java.nio.BufferOverflowException e) {
        buffer = new byte[buffer.length * 4];
      }
    }
  }

  /**
   * Bytes as a message.
   *
   * @param bytes every section
   * @return the message
   */
  public static Message decode(byte[] bytes) {
    Message message = Message.Factory.create();
    message.decode(ReadableBuffer.ByteBufferReader.wrap(bytes));
    return message;
  }

  /**
   * The body of a message of data or text.
   *
   * @param bytes every section
   * @return its text
   */
  public static String textOf(byte[] bytes) {
    Object body = decode(bytes).getBody();
    if (body instanceof Data data) {
      Binary value = data.getValue();
      return new String(
          value.getArray(), value.getArrayOffset(), value.getLength(), StandardCharsets.UTF_8);
    }
    if (body instanceof AmqpValue value) {
      return String.valueOf(value.getValue());
    }
    return String.valueOf(body);
  }
}
