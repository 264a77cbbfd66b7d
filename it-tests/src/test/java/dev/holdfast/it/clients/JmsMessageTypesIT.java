package dev.holdfast.it.clients;

import static dev.holdfast.it.clients.Jms.connect;
import static dev.holdfast.it.clients.Jms.queue;
import static dev.holdfast.it.clients.Jms.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bodies and properties of every type, there and back. */
class JmsMessageTypesIT {

  /** Types of values that both bodies and properties have. */
  private static Map<String, Object> values() {
    Map<String, Object> values = new HashMap<>();
    values.put("boolean", true);
    values.put("byte", Byte.MIN_VALUE);
    values.put("short", Short.MIN_VALUE);
    values.put("int", Integer.MIN_VALUE);
    values.put("long", Long.MIN_VALUE);
    values.put("float", Float.MIN_VALUE);
    values.put("double", Double.MAX_VALUE);
    values.put("string", "grüße \ud83d\udc0e");
    values.put("empty", "");
    return values;
  }

  private interface Maker<M extends Message> {
    M make(Session session) throws JMSException;
  }

  private static <M extends Message> M thereAndBack(Maker<M> maker) throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = session(connection)) {
      M sent = maker.make(session);
      session.createProducer(queue).send(sent);
      @SuppressWarnings("unchecked")
      M got = (M) session.createConsumer(queue).receive(Jms.WAIT);
      return got;
    }
  }

  @Test
  void properties() throws JMSException {
    Message got =
        thereAndBack(
            session -> {
              Message message = session.createMessage();
              for (Map.Entry<String, Object> entry : values().entrySet()) {
                message.setObjectProperty(entry.getKey() + "_value", entry.getValue());
              }
              message.setStringProperty("nothing", null);
              return message;
            });
    for (Map.Entry<String, Object> entry : values().entrySet()) {
      assertThat(got.getObjectProperty(entry.getKey() + "_value")).isEqualTo(entry.getValue());
    }
    assertThat(got.propertyExists("nothing")).isTrue();
    assertThat(got.getStringProperty("nothing")).isNull();
    List<String> names = new ArrayList<>();
    Enumeration<?> all = got.getPropertyNames();
    while (all.hasMoreElements()) {
      names.add(all.nextElement().toString());
    }
    assertThat(names).contains("nothing", "boolean_value").doesNotHaveDuplicates();
  }

  @Test
  void mapMessages() throws JMSException {
    MapMessage got =
        thereAndBack(
            session -> {
              MapMessage map = session.createMapMessage();
              for (Map.Entry<String, Object> entry : values().entrySet()) {
                map.setObject(entry.getKey(), entry.getValue());
              }
              map.setChar("char", '\u20ac');
              map.setBytes("bytes", new byte[] {1, 2});
              map.setObject("null", null);
              return map;
            });
    for (Map.Entry<String, Object> entry : values().entrySet()) {
      assertThat(got.getObject(entry.getKey())).isEqualTo(entry.getValue());
    }
    assertThat(got.getChar("char")).isEqualTo('\u20ac');
    assertThat(got.getBytes("bytes")).containsExactly(1, 2);
    assertThat(got.itemExists("null")).isTrue();
    assertThat(got.getObject("null")).isNull();
  }

  @Test
  void streamMessages() throws JMSException {
    List<Object> values = new ArrayList<>(values().values());
    values.add('\u20ac');
    StreamMessage got =
        thereAndBack(
            session -> {
              StreamMessage stream = session.createStreamMessage();
              for (Object value : values) {
                stream.writeObject(value);
              }
              return stream;
            });
    for (Object value : values) {
      assertThat(got.readObject()).isEqualTo(value);
    }
    assertThatThrownBy(got::readObject).isInstanceOf(MessageEOFException.class);
  }

  @Test
  void bytesMessages() throws JMSException {
    BytesMessage got =
        thereAndBack(
            session -> {
              BytesMessage bytes = session.createBytesMessage();
              bytes.writeBoolean(true);
              bytes.writeByte((byte) -1);
              bytes.writeShort(Short.MIN_VALUE);
              bytes.writeChar('\u20ac');
              bytes.writeInt(Integer.MIN_VALUE);
              bytes.writeLong(Long.MIN_VALUE);
              bytes.writeFloat(1.5f);
              bytes.writeDouble(2.5);
              bytes.writeUTF("text");
              return bytes;
            });
    assertThat(got.readBoolean()).isTrue();
    assertThat(got.readUnsignedByte()).isEqualTo(255);
    assertThat(got.readShort()).isEqualTo(Short.MIN_VALUE);
    assertThat(got.readChar()).isEqualTo('\u20ac');
    assertThat(got.readInt()).isEqualTo(Integer.MIN_VALUE);
    assertThat(got.readLong()).isEqualTo(Long.MIN_VALUE);
    assertThat(got.readFloat()).isEqualTo(1.5f);
    assertThat(got.readDouble()).isEqualTo(2.5);
    assertThat(got.readUTF()).isEqualTo("text");
    assertThat(got.readBytes(new byte[1])).isEqualTo(-1);
  }

  @Test
  void textMessages() throws JMSException {
    for (String text : new String[] {"", "x".repeat(100_000), "\u0000\ud83d\udc0e"}) {
      TextMessage got = thereAndBack(session -> session.createTextMessage(text));
      assertThat(got.getText()).isEqualTo(text);
    }
    TextMessage none = thereAndBack(Session::createTextMessage);
    assertThat(none.getText()).isNull();
  }

  @Test
  void objectMessages() throws JMSException {
    Queue queue = queue();
    String trusted = "jms.deserializationPolicy.allowList=java.util,java.lang";
    for (String typed : new String[] {"", "&jms.messageIDPolicy.messageIDType=UUID_STRING"}) {
      try (Connection connection = connect(trusted + typed);
          Session session = session(connection)) {
        ArrayList<Object> body = new ArrayList<>(List.of("a", 1, 2.5));
        session.createProducer(queue).send(session.createObjectMessage(body));
        ObjectMessage got = (ObjectMessage) session.createConsumer(queue).receive(Jms.WAIT);
        assertThat(got.getObject()).isEqualTo(body);
      }
    }
  }
}
