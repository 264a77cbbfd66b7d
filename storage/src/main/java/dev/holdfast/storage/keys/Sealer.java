package dev.holdfast.storage.keys;

import dev.holdfast.storage.StoreException;

/**
 * Makes stored bytes unreadable and unchangeable. {@code seal…} belongs to the owner thread, {@code
 * open…} to any.
 */
public interface Sealer {
  /** Bytes before the ciphertext: format, flags, key version, session. */
  int HEADER_BYTES = 8;

  /** Bytes after it. */
  int TAG_BYTES = 16;

  /** Set in {@code flags} when the message goes on in the part with the next chunk id. */
  byte CONTINUES = 1;

  /** The next {@link #sealChunk} calls may be for this log: makes sure its key is on disk. */
  void prepareLog(int logId) throws StoreException;

  /** A salt nobody used before, to be stored with {@link #startSession} before the first chunk. */
  byte[] newSessionSalt();

  /** From now on chunks are sealed under this session. */
  void startSession(int sessionId, byte[] salt);

  /** A session of an earlier opening, so that its chunks can be opened. */
  void addSession(int sessionId, byte[] salt);

  /**
   * Seals {@code plain[offset..offset+length)} into {@code out}.
   *
   * @return the length of the stored value, {@code length} + {@link #HEADER_BYTES} + {@link
   *     #TAG_BYTES}
   */
  int sealChunk(ChunkIdentity identity, byte flags, Slice plain, byte[] out) throws StoreException;

  /**
   * Opens a stored value.
   *
   * @return the plaintext; {@code value[1]} holds the flags, verified
   * @throws StoreException {@code CORRUPT} when it does not verify
   */
  byte[] openChunk(ChunkIdentity identity, byte[] value) throws StoreException;

  /** Seals a row that is not a chunk; it opens only under the same row key. */
  byte[] sealRow(byte[] rowKey, byte[] plain) throws StoreException;

  /** Opens what {@link #sealRow} made. */
  byte[] openRow(byte[] rowKey, byte[] value) throws StoreException;

  /**
   * A keyed fingerprint of 32 bytes that says nothing about its input.
   *
   * @param purpose which key, so that equal inputs of different kinds differ
   */
  byte[] fingerprint(Purpose purpose, byte[] input);

  /** A key of 32 bytes for a purpose beyond stored rows. Any thread. */
  byte[] deriveKey(String purpose);

  /** What a fingerprint is for. */
  enum Purpose {
    /** Row keys of definitions. */
    DEFINITION,
    /** Idempotency keys. */
    IDEMPOTENCY
  }

  /**
   * A part of an array.
   *
   * @param bytes the array
   * @param offset first byte
   * @param length how many
   */
  record Slice(byte[] bytes, int offset, int length) {}
}
