package dev.holdfast.broker.selector;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a property filter expects of one field (AMQP Filter Expressions 1.0 §4.1.1). */
interface ExpectedValue {

  /** Whether the field's value is as expected. */
  boolean fits(@Nullable Object value);

  /**
   * Reads an expected value as the filter gives it.
   *
   * @throws SelectorException of a type that has no comparison, or with a prefix that has no
   *     meaning
   */
  static ExpectedValue of(@Nullable Object given) throws SelectorException {
    if (given == null) {
      return value -> true;
    }
    if (given instanceof CharSequence || given instanceof Character) {
      return text(given.toString());
    }
    if (given instanceof Number number) {
      Number expected = number(number);
      return value -> value instanceof Number n && sameNumber(expected, n);
    }
    if (given instanceof Date date) {
      Long expected = date.getTime();
      return expected::equals;
    }
    if (given instanceof ByteBuffer binary) {
      ByteBuffer expected = ByteBuffer.allocate(binary.remaining()).put(binary.duplicate()).flip();
      return expected::equals;
    }
    if (given instanceof Boolean || given instanceof UUID) {
      return given::equals;
    }
    throw noComparison();
  }

  private static ExpectedValue text(String given) throws SelectorException {
    if (!given.startsWith("&")) {
      return Text.of(given)::equals;
    }
    if (given.startsWith("&&")) {
      return Text.of(given.substring(1))::equals;
    }
    if (given.startsWith("&p:")) {
      Text prefix = Text.of(given.substring(3));
      return value -> value instanceof Text text && text.startsWith(prefix);
    }
    if (given.startsWith("&s:")) {
      Text suffix = Text.of(given.substring(3));
      return value -> value instanceof Text text && text.endsWith(suffix);
    }
    throw SelectorException.filter("a text starts with '&' but not with '&&', '&p:' or '&s:'");
  }

  private static Number number(Number given) throws SelectorException {
    if (given instanceof Double || given instanceof Float) {
      return given.doubleValue();
    }
    try {
      BigInteger exact = new BigInteger(given.toString());
      return exact.bitLength() < Long.SIZE ? (Number) exact.longValue() : exact;
    } catch (NumberFormatException decimal) {
      throw noComparison();
    }
  }

  private static boolean sameNumber(Number a, Number b) {
    boolean exact = !(a instanceof Double) && !(b instanceof Double);
    return exact ? a.equals(b) : a.doubleValue() == b.doubleValue();
  }

  private static SelectorException noComparison() {
    return SelectorException.filter("a value is of a type that cannot be compared");
  }
}
