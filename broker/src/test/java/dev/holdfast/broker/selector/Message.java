package dev.holdfast.broker.selector;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message whose fields are simply said. */
final class Message implements MessageFields {
  boolean durable = true;
  int priority = 4;
  long ttlMs = -1;
  long expiryMs;
  int deliveryCount;
  private final Map<PropertyField, Object> properties = new HashMap<>();
  private final Map<Text, Object> application = new HashMap<>();
  private final Map<Text, Object> annotations = new HashMap<>();

  Message with(String name, Object value) {
    application.put(Text.of(name), value(value));
    return this;
  }

  Message with(PropertyField field, Object value) {
    properties.put(field, value(value));
    return this;
  }

  Message annotated(String key, Object value) {
    annotations.put(Text.of(key), value(value));
    return this;
  }

  private static Object value(Object value) {
    if (value instanceof String text) {
      return Text.of(text);
    }
    return value instanceof Integer number ? (Object) number.longValue() : value;
  }

  @Override
  public boolean durable() {
    return durable;
  }

  @Override
  public int priority() {
    return priority;
  }

  @Override
  public long ttlMs() {
    return ttlMs;
  }

  @Override
  public long expiryMs() {
    return expiryMs;
  }

  @Override
  public int deliveryCount() {
    return deliveryCount;
  }

  @Override
  public @Nullable Object property(PropertyField field) {
    return properties.get(field);
  }

  @Override
  public @Nullable Object applicationProperty(Text name) {
    return application.get(name);
  }

  @Override
  public @Nullable Object annotation(Text key) {
    return annotations.get(key);
  }
}
