package dev.holdfast.client.wire;

import java.lang.reflect.Array;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.jspecify.annotations.Nullable;

/**
 * AMQP's types as the JDK's and back (AMQP 1.0 part 1 §1.6). Stateless.
 *
 * <p>Reading widens what Java has no type for: unsigned numbers to the next signed one that holds
 * them all (ulong above {@code Long.MAX_VALUE} to {@link BigInteger}), symbols to strings,
 * timestamps to {@link Instant}, binary to {@code byte[]}, described types to what they describe.
 */
public final class AmqpValues {
  private AmqpValues() {}

  /**
   * A simple JDK value as AMQP writes it.
   *
   * @throws IllegalArgumentException for types a property cannot have
   */
  public static Object toAmqp(Object value) {
    if (value instanceof Instant instant) {
      return Date.from(instant);
    }
    if (value instanceof byte[] bytes) {
      return new Binary(bytes.clone());
    }
    boolean plain =
        value instanceof String
            || value instanceof Boolean
            || value instanceof Byte
            || value instanceof Short
            || value instanceof Integer
            || value instanceof Long
            || value instanceof Float
            || value instanceof Double
            || value instanceof Character
            || value instanceof UUID;
    if (!plain) {
      throw new IllegalArgumentException(
          "a value of type "
              + value.getClass().getName()
              + " has no simple AMQP form; use a string, number, boolean, character, UUID, Instant"
              + " or byte[]");
    }
    return value;
  }

  /** Any AMQP value as the JDK knows it; lists and maps are copied deeply. */
  public static @Nullable Object fromAmqp(@Nullable Object value) {
    if (value instanceof Number number) {
      return number(number);
    }
    if (value instanceof Symbol symbol) {
      return symbol.toString();
    }
    if (value instanceof Date date) {
      return date.toInstant();
    }
    if (value instanceof Binary binary) {
      return bytes(binary);
    }
    if (value instanceof DescribedType described) {
      return fromAmqp(described.getDescribed());
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>(list.size());
      list.forEach(item -> copy.add(fromAmqp(item)));
      return copy;
    }
    if (value instanceof Map<?, ?> map) {
      return map(map);
    }
    if (value != null && value.getClass().isArray()) {
      return array(value);
    }
    return value;
  }

  /** A map with its keys as strings. */
  public static Map<String, @Nullable Object> map(Map<?, ?> map) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    map.forEach((key, item) -> copy.put(String.valueOf(fromAmqp(key)), fromAmqp(item)));
    return copy;
  }

  /** The bytes of a binary, copied. */
  public static byte[] bytes(Binary binary) {
    byte[] copy = new byte[binary.getLength()];
    System.arraycopy(binary.getArray(), binary.getArrayOffset(), copy, 0, copy.length);
    return copy;
  }

  private static Object number(Number number) {
    if (number instanceof UnsignedByte || number instanceof UnsignedShort) {
      return number.intValue();
    }
    if (number instanceof UnsignedInteger) {
      return number.longValue();
    }
    if (number instanceof UnsignedLong unsigned) {
      BigInteger big = unsigned.bigIntegerValue();
      return big.bitLength() < Long.SIZE ? (Object) big.longValue() : big;
    }
    return number;
  }

  private static List<@Nullable Object> array(Object array) {
    int length = Array.getLength(array);
    List<@Nullable Object> copy = new ArrayList<>(length);
    for (int i = 0; i < length; i++) {
      copy.add(fromAmqp(Array.get(array, i)));
    }
    return copy;
  }
}
