package dev.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The run of messages one commit appended to one log.
 *
 * @param chunkId position in the global commit order, never reused
 * @param firstSequence sequence of its first message
 * @param count how many messages
 * @param bytes sum of their {@link StoredMessage#bytes()}
 * @param minExpiryMs earliest expiry among them in epoch milliseconds, {@code 0} none
 * @param blob of its message, which is alone then; null: none
 */
public record ChunkInfo(
    long chunkId,
    long firstSequence,
    int count,
    long bytes,
    long minExpiryMs,
    @Nullable StoredBlob blob) {

  /** One without a blob. */
  public ChunkInfo(long chunkId, long firstSequence, int count, long bytes, long minExpiryMs) {
    this(chunkId, firstSequence, count, bytes, minExpiryMs, null);
  }

  /** What reading it brings into memory: {@link #bytes()} without the blob. */
  public long heldBytes() {
    return blob == null ? bytes : bytes - blob.bytes();
  }

  /** The sequence after its last message. */
  public long endSequence() {
    return firstSequence + count;
  }
}
