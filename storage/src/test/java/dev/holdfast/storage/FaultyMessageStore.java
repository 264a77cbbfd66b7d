package dev.holdfast.storage;

import dev.holdfast.storage.StoreException.Reason;
import dev.holdfast.storage.index.BatchOperations;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory that fails when told to. One thread, as {@link MessageStore} says.
 *
 * <p>As with the real store, after a failed commit only {@link #recover()} is allowed.
 */
public final class FaultyMessageStore implements MessageStore {
  private InMemoryMessageStore store;
  private int commitsUntilFailure = -1;
  private Failure failure = Failure.BEFORE_APPLYING;
  private boolean full;
  private boolean mustRecover;
  private long commits;
  private long failures;
  private long synced;

  /** Where in a commit the failure strikes. */
  public enum Failure {
    /** Nothing of the batch reached the disk. */
    BEFORE_APPLYING,
    /** All of the batch reached the disk, but the caller is told that it failed. */
    AFTER_APPLYING
  }

  private FaultyMessageStore(InMemoryMessageStore store) {
    this.store = store;
  }

  /** An empty one that works until told otherwise. */
  public static FaultyMessageStore create() {
    return new FaultyMessageStore(InMemoryMessageStore.create());
  }

  /** Opens what a disk holds. */
  public static FaultyMessageStore open(InMemoryDisk disk) {
    return new FaultyMessageStore(InMemoryMessageStore.open(disk));
  }

  /** Lets the n-th commit from now (1 is the next) fail with {@link Reason#IO}, once. */
  public void failCommit(int n, Failure where) {
    if (n < 1) {
      throw new IllegalArgumentException("n counts from 1, got " + n);
    }
    commitsUntilFailure = n;
    failure = where;
  }

  /**
   * Switches a full disk on or off: {@link #health()} says not publishable, and a commit that
   * appends fails with {@link Reason#DISK_FULL}; others go through.
   */
  public void diskFull(boolean on) {
    full = on;
    store.disk().setFull(on);
  }

  /** How many commits went through. */
  public long commits() {
    return commits;
  }

  /** How many of them were synced at once. */
  public long syncedCommits() {
    return synced;
  }

  /** How many commits failed. */
  public long failures() {
    return failures;
  }

  /** What it is stored on. */
  public InMemoryDisk disk() {
    return store.disk();
  }

  /** Power loss and restart: everything not synced is gone, the view is rebuilt. */
  public void crashAndReopen() {
    store = store.crash();
    mustRecover = false;
  }

  /** Kill and restart of the process only: everything written is still there. */
  public void killAndReopen() {
    InMemoryDisk disk = store.disk();
    store.close();
    store = InMemoryMessageStore.open(disk);
    mustRecover = false;
  }

  @Override
  public void commit(StoreBatch batch, Durability durability) throws StoreException {
    usable();
    if (full && ((BatchOperations) batch).appends()) {
      mustRecover = true;
      failures++;
      throw new StoreException(Reason.DISK_FULL, "no space left on the device (by test)");
    }
    boolean fails = commitsUntilFailure > 0 && --commitsUntilFailure == 0;
    if (fails && failure == Failure.BEFORE_APPLYING) {
      fail();
    }
    store.commit(batch, durability);
    if (fails) {
      fail();
    }
    commits++;
    synced += durability == Durability.SYNCED ? 1 : 0;
  }

  private void fail() throws StoreException {
    commitsUntilFailure = -1;
    mustRecover = true;
    failures++;
    throw new StoreException(Reason.IO, "the write failed (by test)");
  }

  private void usable() {
    if (mustRecover) {
      throw new IllegalStateException("the last commit failed: call recover() first");
    }
  }

  @Override
  public void recover() throws StoreException {
    store.recover();
    mustRecover = false;
  }

  @Override
  public StoreView view() {
    return store.view();
  }

  @Override
  public void sync() throws StoreException {
    usable();
    store.sync();
  }

  @Override
  public List<StoredMessage> read(int logId, ChunkInfo chunk) throws StoreException {
    return store.read(logId, chunk);
  }

  @Override
  public long newBlobId() throws StoreException {
    usable();
    return store.newBlobId();
  }

  @Override
  public byte @Nullable [] readPart(StoredBlob blob, int part) throws StoreException {
    return store.readPart(blob, part);
  }

  @Override
  public List<StoredTimer> timersDue(long untilMs, int limit) throws StoreException {
    usable();
    return store.timersDue(untilMs, limit);
  }

  @Override
  public long rememberedKeys() {
    return store.rememberedKeys();
  }

  @Override
  public Optional<RememberedKey> remembered(int nodeId, byte[] idempotencyKey)
      throws StoreException {
    usable();
    return store.remembered(nodeId, idempotencyKey);
  }

  @Override
  public StoreHealth health() {
    return store.health();
  }

  @Override
  public void maintain() {
    store.maintain();
  }

  @Override
  public StoreBatch newBatch() {
    return store.newBatch();
  }

  @Override
  public byte[] deriveKey(String purpose) {
    return store.deriveKey(purpose);
  }

  @Override
  public long lastCommit() {
    return store.lastCommit();
  }

  @Override
  public void close() {
    store.close();
  }
}
