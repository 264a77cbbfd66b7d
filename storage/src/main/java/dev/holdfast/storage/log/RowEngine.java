package dev.holdfast.storage.log;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreHealth;
import org.jspecify.annotations.Nullable;

/**
 * Ordered rows in families, changed by one atomic batch at a time. Owner thread, except where "any
 * thread" is said. {@link #close()} is called once, by the store.
 */
public interface RowEngine {
  /** The one batch that is reused. */
  RowBatch batch();

  /**
   * Writes {@link #batch()} atomically; it and everything before is durable on return when {@code
   * sync}. {@code commit} is the number in its commit row.
   */
  void write(boolean sync, long commit) throws StoreException;

  /** Makes everything written durable. */
  void sync() throws StoreException;

  /** One row, or {@code null}. Any thread. */
  byte @Nullable [] get(RowFamily family, byte[] key) throws StoreException;

  /** Rows from {@code from} to before {@code to} in key order, until the visitor has enough. */
  void scan(RowFamily family, byte[] from, byte[] to, RowVisitor visitor) throws StoreException;

  /** After a failed write: opens again as after a crash, so that only what is on disk counts. */
  void reopen() throws StoreException;

  /** Gives the space of dead rows in this range back, whole files first; never blocks for long. */
  void reclaim(RowFamily family, byte[] from, byte[] to) throws StoreException;

  /** Merges dead rows away in the background while nobody needs the disk. Never blocks. */
  void compactLater(RowFamily family, byte[] from, byte[] to);

  /**
   * Publishing waits for room: gives back what is held and not needed, a step at each call. Blocks
   * no longer than {@link #reclaim}.
   *
   * @return whether {@link #reopen()} would give more, and should be called now
   */
  boolean makeRoom(BodyRange bodies);

  /** Size of a family's files in bytes. */
  long fileBytes(RowFamily family);

  /** Cheap housekeeping: free space, reserve, lists. */
  void maintain();

  /** Any thread. */
  StoreHealth health();

  /** Syncs and lets go of everything. */
  void close();

  /** Takes rows one by one. */
  @FunctionalInterface
  interface RowVisitor {
    /** Whether to go on. */
    boolean row(byte[] key, byte[] value) throws StoreException;
  }
}
