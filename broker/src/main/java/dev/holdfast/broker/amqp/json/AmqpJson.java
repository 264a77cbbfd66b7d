package dev.holdfast.broker.amqp.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.jspecify.annotations.Nullable;

/**
 * Values of AMQP types as JSON, for display: numbers as numbers, timestamps as ISO-8601, symbols,
 * characters and UUIDs as text, binary as {@code {"base64": …}}, described values as {@code
 * {"descriptor": …, "value": …}}.
 */
final class AmqpJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private AmqpJson() {}

  static JsonNode node(@Nullable Object value) {
    if (value == null) {
      return NODES.nullNode();
    }
    if (value instanceof Boolean flag) {
      return NODES.booleanNode(flag);
    }
    if (value instanceof Number number) {
      return number(number);
    }
    if (value instanceof Date time) {
      return NODES.textNode(time.toInstant().toString());
    }
    if (value instanceof Binary binary) {
      return NODES.objectNode().put("base64", base64(binary));
    }
    if (value instanceof Map<?, ?> map) {
      return object(map);
    }
    if (value instanceof List<?> list) {
      ArrayNode array = NODES.arrayNode();
      list.forEach(item -> array.add(node(item)));
      return array;
    }
    if (value instanceof DescribedType described) {
      ObjectNode both = NODES.objectNode();
      both.set("descriptor", node(described.getDescriptor()));
      both.set("value", node(described.getDescribed()));
      return both;
    }
    return value.getClass().isArray() ? array(value) : NODES.textNode(value.toString());
  }

  /** The name of a value's AMQP type (part 1 §1.6), for display. */
  static String type(Object value) {
    if (value instanceof Map) {
      return "map";
    }
    if (value instanceof List) {
      return "list";
    }
    if (value instanceof DescribedType) {
      return "described";
    }
    String java = value.getClass().getSimpleName();
    return switch (java) {
      case "Integer" -> "int";
      case "UnsignedByte" -> "ubyte";
      case "UnsignedShort" -> "ushort";
      case "UnsignedInteger" -> "uint";
      case "UnsignedLong" -> "ulong";
      case "Character" -> "char";
      case "Date" -> "timestamp";
      default -> value.getClass().isArray() ? "array" : java.toLowerCase(Locale.ROOT);
    };
  }

  private static JsonNode number(Number number) {
    if (number instanceof UnsignedLong unsigned) {
      return NODES.numberNode(unsigned.bigIntegerValue());
    }
    if (number instanceof UnsignedInteger || number instanceof UnsignedShort) {
      return NODES.numberNode(number.longValue());
    }
    if (number instanceof UnsignedByte) {
      return NODES.numberNode(number.intValue());
    }
    if (number instanceof Float || number instanceof Double) {
      double value = number.doubleValue();
      // JSON has no infinities.
      return Double.isFinite(value)
          ? NODES.numberNode(new BigDecimal(number.toString()))
          : NODES.textNode(number.toString());
    }
    boolean whole =
        number instanceof Long
            || number instanceof Integer
            || number instanceof Short
            || number instanceof Byte;
    return whole ? NODES.numberNode(number.longValue()) : NODES.textNode(number.toString());
  }

  private static JsonNode array(Object array) {
    ArrayNode nodes = NODES.arrayNode();
    for (int i = 0; i < Array.getLength(array); i++) {
      nodes.add(node(Array.get(array, i)));
    }
    return nodes;
  }

  static ObjectNode object(Map<?, ?> map) {
    ObjectNode object = NODES.objectNode();
    map.forEach((key, value) -> object.set(String.valueOf(key), node(value)));
    return object;
  }

  static String base64(Binary binary) {
    ByteBuffer encoded = Base64.getEncoder().encode(binary.asByteBuffer());
    return StandardCharsets.ISO_8859_1.decode(encoded).toString();
  }

  /** The text, when these bytes are UTF-8 without control characters that text does not have. */
  static Optional<String> text(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.chars().allMatch(AmqpJson::printable) ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static boolean printable(int c) {
    return c >= ' ' || c == '\n' || c == '\r' || c == '\t';
  }
}
