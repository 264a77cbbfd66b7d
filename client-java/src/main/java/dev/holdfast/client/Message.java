package dev.holdfast.client;

import dev.holdfast.client.HoldfastException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message: a body, AMQP's standard properties and the application's own. Immutable, any thread.
 *
 * <p>Sent bodies are text (an AMQP value section with a string) or bytes (a data section). Received
 * ones may also be any other AMQP value or sequence, from other clients: {@link #body()} gives them
 * as JDK types.
 */
public final class Message {
  /** Annotation that carries the idempotency key. */
  static final String IDEMPOTENCY_KEY = "x-opt-idempotency-key";

  private final MessageBuilder from;

  Message(MessageBuilder from) {
    this.from = from;
  }

  /** A durable message with a text body and nothing else. */
  public static Message text(String body) {
    return builder().text(body).build();
  }

  /** A durable message with a binary body (copied) and nothing else. */
  public static Message bytes(byte[] body) {
    return builder().bytes(body).build();
  }

  /** Starts a message with an empty binary body. */
  public static MessageBuilder builder() {
    return new MessageBuilder();
  }

  /** Starts a message that is like this one; a received message can be sent on this way. */
  public MessageBuilder toBuilder() {
    return new MessageBuilder(from);
  }

  /**
   * The body as text: a string as it is, bytes read as UTF-8, any other value in its printed form.
   */
  public String bodyAsText() {
    if (from.body instanceof byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    return String.valueOf(from.body);
  }

  /**
   * The body as bytes (a copy): bytes as they are, a string as UTF-8.
   *
   * @throws HoldfastException reason INVALID for a body that is neither
   */
  public byte[] bodyAsBytes() {
    if (from.body instanceof byte[] bytes) {
      return bytes.clone();
    }
    if (from.body instanceof String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    throw new HoldfastException(
        Reason.INVALID, "the body is neither text nor bytes; read it with body()");
  }

  /**
   * The body as a JDK value: {@code String}, {@code byte[]} (a copy), or for messages of other
   * clients also numbers, booleans, {@code UUID}, {@code Instant}, {@code List}, {@code Map} or
   * null.
   */
  public @Nullable Object body() {
    return from.body instanceof byte[] bytes ? bytes.clone() : from.body;
  }

  /** AMQP message-id; ids of other types (number, UUID, binary) in printed form. */
  public Optional<String> id() {
    return Optional.ofNullable(from.id);
  }

  /** AMQP correlation-id; other types than strings in printed form. */
  public Optional<String> correlationId() {
    return Optional.ofNullable(from.correlationId);
  }

  /** AMQP subject. */
  public Optional<String> subject() {
    return Optional.ofNullable(from.subject);
  }

  /** Address that answers should go to (AMQP reply-to). */
  public Optional<String> replyTo() {
    return Optional.ofNullable(from.replyTo);
  }

  /** Address the message is meant for (AMQP to); informative unless the node routes by it. */
  public Optional<String> to() {
    return Optional.ofNullable(from.to);
  }

  /** MIME type of the body (AMQP content-type). */
  public Optional<String> contentType() {
    return Optional.ofNullable(from.contentType);
  }

  /** The idempotency key, when the message carries one. */
  public Optional<String> idempotencyKey() {
    return Optional.ofNullable(annotations().get(IDEMPOTENCY_KEY)).map(Object::toString);
  }

  /** Messages of one group go to one consumer at a time, in order (AMQP group-id). */
  public Optional<String> groupId() {
    return Optional.ofNullable(from.groupId);
  }

  /** Time to live, counted from the moment the broker has it; empty: no limit (AMQP ttl). */
  public Optional<Duration> ttl() {
    return Optional.ofNullable(from.ttl);
  }

  /** 0 (lowest) to 9; 4 is normal (AMQP priority). */
  public int priority() {
    return from.priority;
  }

  /** Whether the broker keeps it through a crash (AMQP durable). */
  public boolean durable() {
    return from.durable;
  }

  /** The application's own properties; unmodifiable (AMQP application-properties). */
  public Map<String, Object> properties() {
    return from.propertiesView();
  }

  /** One of the application's own properties. */
  public Optional<Object> property(String name) {
    return Optional.ofNullable(from.properties.get(name));
  }

  /** Annotations by brokers and clients, {@code x-opt-…}; unmodifiable (message-annotations). */
  public Map<String, Object> annotations() {
    return from.annotationsView();
  }

  /**
   * The message as AMQP writes it (header, annotations, properties and body sections): for keeping
   * it somewhere and sending it later.
   *
   * @throws HoldfastException reason INVALID for a message that AMQP has no form for
   */
  public byte[] toAmqp() {
    return MessageCodec.encode(this, null).bytes();
  }

  /**
   * The message of {@link #toAmqp}.
   *
   * @throws HoldfastException reason INVALID for bytes that are no message
   */
  public static Message fromAmqp(byte[] encoded) {
    return MessageCodec.decode(encoded);
  }

  /** Which section the body came in or goes out with: data for bytes, value otherwise. */
  boolean isBinary() {
    return from.body instanceof byte[];
  }

  @Nullable Object rawBody() {
    return from.body;
  }

  /** For logs: id and kind of body, never its content. */
  @Override
  public String toString() {
    return "Message[id=" + from.id + ", binary=" + isBinary() + "]";
  }
}
