package dev.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * One message as the store keeps it.
 *
 * @param sequence its position in the log, given by the caller: each append takes the log's next
 * @param flags bit 0 durable, bit 1 {@code ttlMs} present; the others are the caller's
 * @param priority 0 to 9
 * @param enqueuedMs epoch milliseconds
 * @param expiryMs epoch milliseconds, {@code 0} never
 * @param ttlMs as the sender gave it, meaningful when bit 1 of {@code flags} is set
 * @param messageFormat AMQP's message-format, kept and returned as it came
 * @param attributes small, opaque, the caller's own encoding; may be empty. At most 65,535 bytes
 * @param body opaque bytes; the array is shared, nobody changes it
 * @param blob what follows {@code body}, kept outside; null: nothing does
 */
public record StoredMessage(
    long sequence,
    byte flags,
    byte priority,
    long enqueuedMs,
    long expiryMs,
    int ttlMs,
    int messageFormat,
    byte[] attributes,
    byte[] body,
    @Nullable StoredBlob blob) {

  /** Bit 0 of {@link #flags()}: the sender was promised that the message survives a crash. */
  public static final byte DURABLE = 1;

  /** Bit 1 of {@link #flags()}: {@link #ttlMs()} was given. */
  public static final byte HAS_TTL = 2;

  /** Nothing in {@link #attributes()}. */
  public static final byte[] NO_ATTRIBUTES = new byte[0];

  /** A message without a blob. */
  public StoredMessage(
      long sequence,
      byte flags,
      byte priority,
      long enqueuedMs,
      long expiryMs,
      int ttlMs,
      int messageFormat,
      byte[] attributes,
      byte[] body) {
    this(
        sequence,
        flags,
        priority,
        enqueuedMs,
        expiryMs,
        ttlMs,
        messageFormat,
        attributes,
        body,
        null);
  }

  /** Whether {@link #DURABLE} is set. */
  public boolean durable() {
    return (flags & DURABLE) != 0;
  }

  /** What the message counts for in limits and statistics: all of it, its blob too, in bytes. */
  public int bytes() {
    return blob == null ? heldBytes() : Math.toIntExact(heldBytes() + blob.bytes());
  }

  /** What of it is in memory: body and attributes, in bytes. */
  public int heldBytes() {
    return body.length + attributes.length;
  }
}
