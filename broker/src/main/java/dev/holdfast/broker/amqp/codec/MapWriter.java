package dev.holdfast.broker.amqp.codec;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Puts entries of encoded maps together in a new one, each as it was encoded, in the order in which
 * their keys came first. Keys are equal when they say the same, short or long form alike.
 */
final class MapWriter {

  private static final byte NO_TEXT = (byte) 0xFF;

  private final Map<ByteBuffer, byte[]> entries = new LinkedHashMap<>();

  /** Adds the entries of every map between the two; an entry replaces one with an equal key. */
  void putAll(byte[] b, int from, int to) {
    int at = from;
    while (at < to) {
      int end = Types.end(b, at);
      int p = EncodedMap.firstEntry(b, at);
      while (p < end) {
        int value = Types.end(b, p);
        int next = Types.end(b, value);
        byte[] entry = Arrays.copyOfRange(b, p, next);
        entries.put(key(b, p, value), entry);
        p = next;
      }
      at = end;
    }
  }

  /** The key's characters; when it is no text, its bytes behind one that no text has. */
  private static ByteBuffer key(byte[] b, int from, int to) {
    int text = EncodedMap.textFrom(b, from);
    return text < 0
        ? ByteBuffer.allocate(1 + to - from).put(NO_TEXT).put(b, from, to - from).flip()
        : ByteBuffer.wrap(Arrays.copyOfRange(b, text, to));
  }

  void removeAll(byte[] prefix) {
    entries
        .keySet()
        .removeIf(
            key ->
                key.remaining() >= prefix.length
                    && key.slice(0, prefix.length).equals(ByteBuffer.wrap(prefix)));
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** All of it as one AMQP map. */
  byte[] map() {
    int size = entries.values().stream().mapToInt(entry -> entry.length).sum();
    int count = 2 * entries.size();
    ByteArrayOutputStream out = new ByteArrayOutputStream(9 + size);
    if (size < 0xFF && count <= 0xFF) {
      out.write(0xC1);
      out.write(size + 1);
      out.write(count);
    } else {
      out.write(0xD1);
      out.writeBytes(ByteBuffer.allocate(8).putInt(size + 4).putInt(count).array());
    }
    entries.values().forEach(out::writeBytes);
    return out.toByteArray();
  }
}
