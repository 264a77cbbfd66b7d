package dev.holdfast.storage.index;

import dev.holdfast.storage.ChunkInfo;

/** Where a chunk is cut, and how big it gets. */
public final class ChunkLimits {
  /** Messages in one chunk at most. */
  public static final int MAX_MESSAGES = 1024;

  /** Bytes of one chunk at most, unless a single message is larger; then it is alone. */
  public static final int MAX_BYTES = 64 * 1024;

  /** Bytes of one stored part at most; a larger message spans several. */
  public static final int MAX_PART_BYTES = 4 * 1024 * 1024;

  /** Bytes before the first message: log id, first sequence, count. */
  public static final int HEADER_BYTES = 4 + 8 + 2;

  /** Bytes a message takes besides its own. */
  public static final int MESSAGE_HEADER_BYTES = 4 + 1 + 1 + 8 + 8 + 4 + 4 + 2;

  /** Key, header and tag of a sealed chunk. */
  private static final int STORED_OVERHEAD_BYTES = 64;

  private ChunkLimits() {}

  /** Length of the plaintext of a chunk of {@code count} messages of {@code bytes} in all. */
  public static long plainBytes(int count, long bytes) {
    return HEADER_BYTES + (long) count * MESSAGE_HEADER_BYTES + bytes;
  }

  /** Bytes that name a blob at the end of its chunk: id, length, number of parts. */
  public static final int BLOB_BYTES = 8 + 8 + 4;

  /** Length of the plaintext of this chunk, without its blob. */
  public static int plainBytes(ChunkInfo chunk) {
    long named = chunk.blob() == null ? 0 : BLOB_BYTES;
    return Math.toIntExact(plainBytes(chunk.count(), chunk.heldBytes()) + named);
  }

  /** How many parts, and so chunk ids, this chunk takes, without its blob. */
  public static int parts(ChunkInfo chunk) {
    return (plainBytes(chunk) + MAX_PART_BYTES - 1) / MAX_PART_BYTES;
  }

  /** About what such a chunk takes on disk. */
  static long storedBytes(int count, long bytes) {
    return plainBytes(count, bytes) + STORED_OVERHEAD_BYTES;
  }
}
