package dev.holdfast.storage;

/**
 * The run of messages one commit appended to one log.
 *
 * @param chunkId position in the global commit order, never reused
 * @param firstSequence sequence of its first message
 * @param count how many messages
 * @param bytes sum of their {@link StoredMessage#bytes()}
 * @param minExpiryMs earliest expiry among them in epoch milliseconds, {@code 0} none
 */
public record ChunkInfo(long chunkId, long firstSequence, int count, long bytes, long minExpiryMs) {

  /** The sequence after its last message. */
  public long endSequence() {
    return firstSequence + count;
  }
}
