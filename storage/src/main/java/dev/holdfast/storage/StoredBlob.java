package dev.holdfast.storage;

/**
 * The part of a large message that is kept in rows of its own, written while the message arrived
 * and read one by one while it leaves: never in memory as a whole.
 *
 * @param id given by {@link MessageStore#newBlobId()}, never reused
 * @param bytes of all parts
 * @param parts how many there are, numbered from 0
 */
public record StoredBlob(long id, long bytes, int parts) {
  /** Parts of one blob at most. */
  public static final int MAX_PARTS = 1 << 14;
}
