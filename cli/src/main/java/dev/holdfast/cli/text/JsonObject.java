package dev.holdfast.cli.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object read with the types that its reader expects. A field of another type is an {@link
 * IOException} that names it: an answer is never half understood.
 *
 * @param fields as {@link Json#parse} gives them
 */
public record JsonObject(Map<?, ?> fields) {

  /** Reads a text whose one value is an object. */
  public static JsonObject parse(byte[] utf8) throws IOException {
    if (Json.parse(utf8) instanceof Map<?, ?> map) {
      return new JsonObject(map);
    }
    throw new IOException("the JSON value is not an object");
  }

  /** A text that must be there. */
  public String text(String name) throws IOException {
    if (fields.get(name) instanceof String text) {
      return text;
    }
    throw wrong(name, "text");
  }

  /** A text, or {@code absent} when it is missing or null. */
  public String text(String name, String absent) throws IOException {
    return fields.get(name) == null ? absent : text(name);
  }

  /** A whole number that must be there. */
  public long number(String name) throws IOException {
    Object value = fields.get(name);
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw wrong(name, "whole number");
  }

  /** A whole number, or {@code absent} when it is missing or null. */
  public long number(String name, long absent) throws IOException {
    return fields.get(name) == null ? absent : number(name);
  }

  /** A boolean, or {@code absent} when it is missing or null. */
  public boolean flag(String name, boolean absent) throws IOException {
    Object value = fields.get(name);
    if (value == null) {
      return absent;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong(name, "boolean");
  }

  /** An object; an empty one when it is missing or null. */
  public JsonObject object(String name) throws IOException {
    Object value = fields.get(name);
    if (value == null) {
      return new JsonObject(Map.of());
    }
    if (value instanceof Map<?, ?> map) {
      return new JsonObject(map);
    }
    throw wrong(name, "object");
  }

  /** A list of objects that must be there. */
  public List<JsonObject> objects(String name) throws IOException {
    if (!(fields.get(name) instanceof List<?> list)) {
      throw wrong(name, "list");
    }
    List<JsonObject> objects = new ArrayList<>(list.size());
    for (Object element : list) {
      if (!(element instanceof Map<?, ?> map)) {
        throw wrong(name, "list of objects");
      }
      objects.add(new JsonObject(map));
    }
    return objects;
  }

  /** A list of texts; an empty one when it is missing or null. */
  public List<String> texts(String name) throws IOException {
    Object value = fields.get(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw wrong(name, "list");
    }
    List<String> texts = new ArrayList<>(list.size());
    for (Object element : list) {
      if (!(element instanceof String text)) {
        throw wrong(name, "list of texts");
      }
      texts.add(text);
    }
    return texts;
  }

  /** Whatever stands there; null when nothing does. */
  public @Nullable Object value(String name) {
    return fields.get(name);
  }

  private static IOException wrong(String name, String expected) {
    return new IOException("field \"" + name + "\" is not a " + expected);
  }
}
