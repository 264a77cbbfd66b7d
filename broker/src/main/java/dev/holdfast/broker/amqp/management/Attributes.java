package dev.holdfast.broker.amqp.management;

import java.util.Map;
import java.util.Set;

/** The attributes of a request to make something: read with their types, unknown ones refused. */
final class Attributes {
  private final Map<String, Object> given;

  Attributes(Map<String, Object> given, Set<String> known) {
    for (String name : given.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "the attribute " + name + " is not known; there are " + String.join(", ", known));
      }
    }
    this.given = given;
  }

  long number(String name, long from, long to, long absent) {
    Object value = given.getOrDefault(name, absent);
    if (!(value instanceof Number number) || number.longValue() < from || number.longValue() > to) {
      throw new IllegalArgumentException(
          "the attribute " + name + " must be a number from " + from + " to " + to);
    }
    return number.longValue();
  }

  String text(String name, String absent) {
    Object value = given.getOrDefault(name, absent);
    if (!(value instanceof CharSequence text)) {
      throw new IllegalArgumentException("the attribute " + name + " must be a string");
    }
    return text.toString();
  }

  boolean flag(String name, boolean absent) {
    Object value = given.getOrDefault(name, absent);
    if (!(value instanceof Boolean flag)) {
      throw new IllegalArgumentException("the attribute " + name + " must be a boolean");
    }
    return flag;
  }
}
