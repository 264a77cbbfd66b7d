package dev.holdfast.broker.amqp.json;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.jspecify.annotations.Nullable;

/** proton-j's codec, one per use: its objects belong to one thread. */
final class AmqpCodec {
  private static final int FIRST_BUFFER = 4096;

  private final DecoderImpl decoder = new DecoderImpl();
  private final EncoderImpl encoder = new EncoderImpl(decoder);

  AmqpCodec() {
    AMQPDefinedTypes.registerAllTypes(decoder, encoder);
  }

  /**
   * The sections in {@code bytes}, or null when they are not AMQP: what is stored is what the
   * sender sent, and nobody has looked into it before.
   */
  @Nullable List<Section> sections(byte[] bytes) {
    List<Section> sections = new ArrayList<>();
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    decoder.setByteBuffer(buffer);
    try {
      while (buffer.hasRemaining()) {
        if (!(decoder.readObject() instanceof Section section)) {
          return null;
        }
        sections.add(section);
      }
      return sections;
    } catch (RuntimeException | StackOverflowError e) {
      return null;
    }
  }

  byte[] bytes(List<Section> sections, int sizeHint) {
    int capacity = FIRST_BUFFER + sizeHint;
    while (true) {
      ByteBuffer buffer = ByteBuffer.allocate(capacity);
      encoder.setByteBuffer(buffer);
      try {
        sections.forEach(encoder::writeObject);
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
      } catch (BufferOverflowException e) {
        capacity = Math.multiplyExact(capacity, 2);
      }
    }
  }
}
