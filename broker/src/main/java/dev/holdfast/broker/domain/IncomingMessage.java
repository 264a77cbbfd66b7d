package dev.holdfast.broker.domain;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A message as the edge hands it in, its header already read and taken off.
 *
 * @param durability header durable
 * @param priority 0 to 9
 * @param ttlMs header ttl, {@code -1} absent
 * @param expiryMs properties absolute-expiry-time in epoch milliseconds, {@code 0} absent
 * @param messageFormat of the transfer
 * @param body every section from the message annotations on (header and delivery annotations taken
 *     off), byte for byte as received; nobody changes the array afterwards
 * @param marks what a few messages carry
 * @param upload what follows {@code body} of a large message, handed in before; null: nothing
 */
public record IncomingMessage(
    Durability durability,
    byte priority,
    long ttlMs,
    long expiryMs,
    int messageFormat,
    byte[] body,
    Marks marks,
    @Nullable Upload upload) {

  /** One that is whole. */
  public IncomingMessage(
      Durability durability,
      byte priority,
      long ttlMs,
      long expiryMs,
      int messageFormat,
      byte[] body,
      Marks marks) {
    this(durability, priority, ttlMs, expiryMs, messageFormat, body, marks, null);
  }

  /** The same, followed by an upload; the marks are its own. */
  public IncomingMessage followedBy(Upload rest, Marks its) {
    return new IncomingMessage(
        durability, priority, ttlMs, expiryMs, messageFormat, body, its, rest);
  }

  /** All of it, in bytes. */
  public long bytes() {
    return upload == null ? body.length : body.length + upload.bytes();
  }

  /** One without marks. */
  public IncomingMessage(
      boolean durable, byte priority, long ttlMs, long expiryMs, int messageFormat, byte[] body) {
    this(durable, priority, ttlMs, expiryMs, messageFormat, body, Marks.NONE);
  }

  /** One that says whether it is durable. */
  public IncomingMessage(
      boolean durable,
      byte priority,
      long ttlMs,
      long expiryMs,
      int messageFormat,
      byte[] body,
      Marks marks) {
    this(
        durable ? Durability.DURABLE : Durability.NOT_DURABLE,
        priority,
        ttlMs,
        expiryMs,
        messageFormat,
        body,
        marks);
  }

  /** Whether it has to survive a crash. */
  public boolean durable() {
    return durability.kept();
  }

  /**
   * What the broker heeds and most messages do not have.
   *
   * @param groupId property group-id; null: none
   * @param deliverAtMs annotation {@code x-opt-delivery-time} in epoch milliseconds, 0 absent
   * @param delayMs annotation {@code x-opt-delivery-delay} in milliseconds, 0 absent
   * @param idempotencyKey annotation {@code x-opt-idempotency-key}; null: none
   * @param messageId property message-id as text; only where the node goes by it ({@link
   *     NodeInfo#byMessageId()}) or is not known yet; null: none
   * @param digest gives the first 8 bytes of the SHA-256 of the body sections; only with a key or
   *     an id. It may take its time, and is asked for only when the message has a key that counts
   * @param sealed whether the body has the form of one that is encrypted end to end
   */
  public record Marks(
      @Nullable String groupId,
      long deliverAtMs,
      long delayMs,
      @Nullable String idempotencyKey,
      @Nullable String messageId,
      LongSupplier digest,
      boolean sealed) {

    /** One whose digest is known, and which is not sealed. */
    public Marks(
        @Nullable String groupId,
        long deliverAtMs,
        long delayMs,
        @Nullable String idempotencyKey,
        @Nullable String messageId,
        long bodyDigest) {
      this(groupId, deliverAtMs, delayMs, idempotencyKey, messageId, () -> bodyDigest, false);
    }

    /** The same with another digest. */
    public Marks withDigest(LongSupplier other) {
      return new Marks(groupId, deliverAtMs, delayMs, idempotencyKey, messageId, other, sealed);
    }

    /** The same, sealed or not. */
    public Marks withSealed(boolean is) {
      return is == sealed
          ? this
          : new Marks(groupId, deliverAtMs, delayMs, idempotencyKey, messageId, digest, is);
    }

    /** What {@code digest} gives. */
    public long bodyDigest() {
      return digest.getAsLong();
    }

    /** None of them. */
    public static final Marks NONE = new Marks(null, 0, 0, null, null, 0);
  }
}
