package dev.holdfast.broker.selector;

import org.jspecify.annotations.Nullable;

/**
 * What a filter can ask of one message. Values are decoded when they are asked for.
 *
 * <p>A value is {@code null} (absent, AMQP null, or malformed), a {@link Boolean}, a {@link Long}
 * (every AMQP integer and timestamp), a {@link java.math.BigInteger} (a ulong above the range of
 * long), a {@link Double}, a {@link Text} (string, symbol, char), a {@link java.util.UUID}, a
 * {@link java.nio.ByteBuffer} (binary) or {@link Incomparable#VALUE}.
 *
 * <p>Used by one thread at a time; a {@link Text} or buffer that it gave stays valid.
 */
public interface MessageFields {

  /** Header durable. */
  boolean durable();

  /** Header priority, 0 to 9. */
  int priority();

  /** Header ttl in milliseconds as the sender gave it, {@code -1} when it gave none. */
  long ttlMs();

  /** When the message expires, epoch milliseconds, {@code 0} never. */
  long expiryMs();

  /** Failed deliveries so far. */
  int deliveryCount();

  /** A field of the properties section. */
  @Nullable Object property(PropertyField field);

  /** The application property with this name. */
  @Nullable Object applicationProperty(Text name);

  /** The message annotation with this key. */
  @Nullable Object annotation(Text key);
}
