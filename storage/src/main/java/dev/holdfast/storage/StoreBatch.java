package dev.holdfast.storage;

/**
 * Changes to be written as one: all of them or none. Not thread-safe; the owner thread fills it.
 *
 * <p>Operations apply in the order of the calls. Made by the store it goes to.
 */
public interface StoreBatch {

  /** Creates an empty log. Its first message gets sequence 1. */
  void createLog(int logId);

  /** Deletes the log, its chunks and its cursors. */
  void dropLog(int logId);

  /** Creates a cursor that has consumed everything below {@code startSequence}. */
  void createCursor(int logId, int cursorId, long startSequence);

  /** Deletes a cursor; chunks that no other cursor waits for go with it. */
  void dropCursor(int logId, int cursorId);

  /**
   * Appends; {@link StoredMessage#sequence()} must be the log's next sequence (counting what this
   * batch already appends). A message with a blob makes it part of the log: it stays for as long as
   * a live chunk names it, whichever logs it is moved through.
   */
  void append(int logId, StoredMessage message);

  /**
   * Writes one more part of a blob that no message names yet. After {@link MessageStore#recover()}
   * and in the next opening such blobs are gone.
   *
   * @param blobId from {@link MessageStore#newBlobId()}
   * @param part 0 for the first one, then one after the other
   * @param bytes nobody changes the array
   */
  void putBlobPart(long blobId, int part, byte[] bytes);

  /** Deletes a blob that no message names; does nothing when it has no part. */
  void dropBlob(long blobId);

  /**
   * Marks one message as consumed by one cursor. Acknowledging twice is a programmer error.
   *
   * @param bytes {@link StoredMessage#bytes()} of that message, so that counts stay exact without
   *     reading it
   */
  void acknowledge(int logId, int cursorId, long sequence, int bytes);

  /**
   * Acknowledges whatever the cursor still has in the live chunks whose first sequence lies in the
   * range. Whole chunks only, so that counts stay exact without reading a message; {@code (0,
   * Long.MAX_VALUE)} is everything.
   *
   * @param fromSequence inclusive
   * @param toSequence exclusive
   */
  void purge(int logId, int cursorId, long fromSequence, long toSequence);

  /**
   * Keeps the history of an unacknowledged message that is not like the others; replaces an earlier
   * one.
   */
  void recordHistory(int logId, int cursorId, long sequence, DeliveryHistory history);

  /** Stores a definition (a node, a setting) under a unique name; replaces an earlier one. */
  void putDefinition(String key, byte[] value);

  /** Deletes a definition; does nothing when there is none. */
  void deleteDefinition(String key);

  /** Stores a timer; replaces one with the same due time, kind, log and sequence. */
  void putTimer(StoredTimer timer);

  /** Deletes a timer; does nothing when there is none. */
  void deleteTimer(StoredTimer timer);

  /**
   * Remembers an idempotency key of a node.
   *
   * @param windowMs how long the key is kept at least, from {@link RememberedKey#storedMs()} on
   */
  void remember(int nodeId, byte[] idempotencyKey, RememberedKey value, long windowMs);

  /**
   * Forgets a key that was remembered with the same time and window; does nothing when it was not.
   */
  void forgetKey(int nodeId, byte[] idempotencyKey, long storedMs, long windowMs);

  /** Forgets a key of a node, whenever and for however long it was remembered. */
  void forgetKey(int nodeId, byte[] idempotencyKey);

  /**
   * Forgets keys whose window is over at {@code nowMs}, some time after its end: whoever asks for a
   * key compares the times.
   */
  void forgetKeys(long nowMs);

  /** Whether nothing has been added since the last {@link #clear()}. */
  boolean isEmpty();

  /** Empties the batch for reuse. */
  void clear();
}
