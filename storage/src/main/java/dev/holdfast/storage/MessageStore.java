package dev.holdfast.storage;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Ordered logs with cursors, kept in one place and changed by one atomic batch at a time.
 *
 * <p>Threading: every method belongs to the owner thread unless it says "any thread". A store never
 * calls back.
 */
public interface MessageStore extends AutoCloseable {

  /**
   * What is committed, as an index in memory: a live view that each successful {@link #commit}
   * advances and {@link #recover} rebuilds. Contains positions and counts, never bodies.
   */
  StoreView view();

  /**
   * Writes the batch atomically and then advances {@link #view()} by the same code that recovery
   * runs.
   *
   * @param batch the changes, in order; may be reused after {@link StoreBatch#clear()}
   * @param durability {@code SYNCED}: when this returns, the batch and everything committed before
   *     it survive power loss. {@code WRITTEN}: they survive a crash of the process only, until
   *     {@link #sync()} or the next synced commit
   * @throws StoreException nothing of the batch may be answered as stored; the view may be half
   *     changed and must be rebuilt with {@link #recover()} before anything else, because whether
   *     the batch reached the disk is unknown. The same holds after an unchecked exception, which
   *     means that the caller made a mistake (a wrong sequence, an acknowledgement given twice)
   */
  void commit(StoreBatch batch, Durability durability) throws StoreException;

  /** Makes every earlier {@code WRITTEN} commit durable; does nothing when there is none. */
  void sync() throws StoreException;

  /** Rebuilds {@link #view()} from the disk without reading a body. */
  void recover() throws StoreException;

  /**
   * Reads one chunk, opened and verified, in sequence order, including messages that are already
   * acknowledged. Any thread.
   *
   * @return the messages, or an empty list when the chunk has been deleted meanwhile
   * @throws StoreException with reason {@code CORRUPT} naming log and sequence range when the bytes
   *     do not verify
   */
  List<StoredMessage> read(int logId, ChunkInfo chunk) throws StoreException;

  /**
   * An id for a blob, to be filled by {@link StoreBatch#putBlobPart}. Ids of blobs that come to
   * nothing are lost.
   */
  long newBlobId() throws StoreException;

  /**
   * Reads one part of a blob, opened and verified. Any thread.
   *
   * @return the part, or null when the blob has been deleted meanwhile
   * @throws StoreException with reason {@code CORRUPT} when the bytes do not verify
   */
  byte @Nullable [] readPart(StoredBlob blob, int part) throws StoreException;

  /** Timers due at or before {@code untilMs} (epoch), earliest first, at most {@code limit}. */
  List<StoredTimer> timersDue(long untilMs, int limit) throws StoreException;

  /**
   * What was remembered last under this idempotency key for this node, if the row is still kept;
   * its window may be over.
   */
  Optional<RememberedKey> remembered(int nodeId, byte[] idempotencyKey) throws StoreException;

  /**
   * How many idempotency keys are kept, those included whose window is over but whose bucket is
   * not; fewer for a while after opening, as long as they are being read.
   */
  long rememberedKeys();

  /** Whether publishes may be taken, how much room is left, background errors. Any thread. */
  StoreHealth health();

  /**
   * Housekeeping in small steps: free space, reserve, space of deleted chunks. The owner calls it
   * when idle and about once a second; it never blocks for long.
   */
  default void maintain() {}

  /** An empty batch for this store, to be reused by its one owner. */
  StoreBatch newBatch();

  /**
   * A key of 32 bytes for another part of the broker, of the master key of this store: the same for
   * the same purpose as long as the store lives. Any thread.
   *
   * @param purpose ASCII; each part uses its own
   */
  byte[] deriveKey(String purpose);

  /** Number of the last commit. Any thread; may be one behind. */
  long lastCommit();

  /** Syncs and closes; further calls throw {@link IllegalStateException}. */
  @Override
  void close();

  /** How much of the storage stack a commit must have reached before it returns. */
  enum Durability {
    /** Handed to the operating system. */
    WRITTEN,
    /** On stable storage (one fsync covers the batch and all before it). */
    SYNCED
  }
}
