package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import dev.holdfast.client.wire.AmqpValues;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Message}. Not thread-safe; wrong values are refused at once with reason INVALID.
 */
public final class MessageBuilder {
  private static final int HIGHEST_PRIORITY = 9;
  private static final int NORMAL_PRIORITY = 4;

  // A message keeps a copy of the builder it was made by; nobody changes that copy.
  @Nullable Object body = new byte[0];
  @Nullable String id;
  @Nullable String correlationId;
  @Nullable String subject;
  @Nullable String replyTo;
  @Nullable String to;
  @Nullable String contentType;
  @Nullable String groupId;
  @Nullable Duration ttl;
  int priority = NORMAL_PRIORITY;
  boolean durable = true;
  final Map<String, Object> properties;
  final Map<String, Object> annotations;

  MessageBuilder() {
    this.properties = new LinkedHashMap<>();
    this.annotations = new LinkedHashMap<>();
  }

  MessageBuilder(MessageBuilder other) {
    this.body = other.body;
    this.id = other.id;
    this.correlationId = other.correlationId;
    this.subject = other.subject;
    this.replyTo = other.replyTo;
    this.to = other.to;
    this.contentType = other.contentType;
    this.groupId = other.groupId;
    this.ttl = other.ttl;
    this.priority = other.priority;
    this.durable = other.durable;
    this.properties = new LinkedHashMap<>(other.properties);
    this.annotations = new LinkedHashMap<>(other.annotations);
  }

  /** A text body. */
  public MessageBuilder text(String text) {
    this.body = text;
    return this;
  }

  /** A binary body; the bytes are copied. */
  public MessageBuilder bytes(byte[] bytes) {
    this.body = bytes.clone();
    return this;
  }

  /** AMQP message-id. */
  public MessageBuilder id(String value) {
    this.id = value;
    return this;
  }

  /** AMQP correlation-id. */
  public MessageBuilder correlationId(String value) {
    this.correlationId = value;
    return this;
  }

  /** AMQP subject. */
  public MessageBuilder subject(String value) {
    this.subject = value;
    return this;
  }

  /** Address that answers should go to. */
  public MessageBuilder replyTo(String address) {
    this.replyTo = address;
    return this;
  }

  /** Address the message is meant for; the node it goes to is the producer's. */
  public MessageBuilder to(String address) {
    this.to = address;
    return this;
  }

  /** MIME type of the body. */
  public MessageBuilder contentType(String value) {
    this.contentType = value;
    return this;
  }

  /** Group whose messages go to one consumer at a time, in order. */
  public MessageBuilder groupId(String value) {
    this.groupId = value;
    return this;
  }

  /**
   * Idempotency key: within the node's idempotency window a second message with the same key is not
   * stored. Null or blank is refused when the message is built.
   */
  public MessageBuilder idempotencyKey(String value) {
    return annotation(Message.IDEMPOTENCY_KEY, value);
  }

  /** Time to live: 1 ms to about 49 days, in whole milliseconds. */
  public MessageBuilder ttl(Duration value) {
    if (value.toMillis() < 1 || value.toMillis() > 0xFFFFFFFFL) {
      throw invalid("ttl " + value + ": AMQP takes 1 to 4294967295 ms");
    }
    this.ttl = value;
    return this;
  }

  /** 0 (lowest) to 9 (highest); 4 unless set. */
  public MessageBuilder priority(int value) {
    if (value < 0 || value > HIGHEST_PRIORITY) {
      throw invalid("priority " + value + ": must be 0 to 9");
    }
    this.priority = value;
    return this;
  }

  /** Whether the broker must keep it through a crash; true unless set. */
  public MessageBuilder durable(boolean value) {
    this.durable = value;
    return this;
  }

  /**
   * One of the application's own properties.
   *
   * @param value string, number, boolean, character, {@code UUID}, {@code Instant} or {@code
   *     byte[]}
   */
  public MessageBuilder property(String name, Object value) {
    checkValue("property " + name, value);
    properties.put(name, value);
    return this;
  }

  /** Adds all of them, as {@link #property} does. */
  public MessageBuilder properties(Map<String, ?> values) {
    values.forEach(this::property);
    return this;
  }

  /** A message annotation; the name starts with {@code x-opt-}, values as for properties. */
  public MessageBuilder annotation(String name, Object value) {
    if (!name.startsWith("x-opt-")) {
      throw invalid("annotation " + name + ": names of applications start with x-opt-");
    }
    checkValue("annotation " + name, value);
    annotations.put(name, value);
    return this;
  }

  /** The message; the builder can be used on. */
  public Message build() {
    return new Message(new MessageBuilder(this));
  }

  Map<String, Object> propertiesView() {
    return Collections.unmodifiableMap(properties);
  }

  Map<String, Object> annotationsView() {
    return Collections.unmodifiableMap(annotations);
  }

  private static void checkValue(String what, Object value) {
    try {
      AmqpValues.toAmqp(value);
    } catch (IllegalArgumentException unsuitable) {
      throw invalid(what + ": " + unsuitable.getMessage());
    }
  }

  private static HoldfastException invalid(String message) {
    return new HoldfastException(Reason.INVALID, message);
  }
}
