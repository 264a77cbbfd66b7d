package dev.holdfast.broker.selector;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;

/** Messages as the broker keeps them, encoded by proton-j. */
final class Sections {

  private Sections() {}

  static byte[] encode(Object... sections) {
    DecoderImpl decoder = new DecoderImpl();
    EncoderImpl encoder = new EncoderImpl(decoder);
    AMQPDefinedTypes.registerAllTypes(decoder, encoder);
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    encoder.setByteBuffer(buffer);
    for (Object section : sections) {
      encoder.writeObject(section);
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  static ApplicationProperties application(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return new ApplicationProperties(map);
  }

  static MessageAnnotations annotations(Object... keysAndValues) {
    Map<Symbol, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(Symbol.getSymbol((String) keysAndValues[i]), keysAndValues[i + 1]);
    }
    return new MessageAnnotations(map);
  }

  static StoredFields fields(byte[] sections) {
    return new StoredFields().of(true, (byte) 4, -1, 0, 0, sections);
  }
}
