package dev.holdfast.storage;

import dev.holdfast.storage.log.LogStore;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message store in memory for tests: the real index, rows, chunks and recovery over an {@link
 * InMemoryDisk} instead of RocksDB, without sealing. Fast enough for thousands of simulated runs.
 * One thread, as {@link MessageStore} says.
 */
public final class InMemoryMessageStore implements MessageStore {

  private final InMemoryDisk disk;
  private final MessageStore store;

  private InMemoryMessageStore(InMemoryDisk disk, MessageStore store) {
    this.disk = disk;
    this.store = store;
  }

  /** An empty store on a disk of its own. */
  public static InMemoryMessageStore create() {
    return open(new InMemoryDisk());
  }

  /** Opens what a disk holds, by the recovery code. Only one store may be open on a disk. */
  public static InMemoryMessageStore open(InMemoryDisk disk) {
    try {
      LogStore store =
          LogStore.start(
              disk.engine(), new PlainSealer(), () -> 0, new LogStore.Keys(1 << 20, Runnable::run));
      return new InMemoryMessageStore(disk, store);
    } catch (StoreException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** What it is stored on. */
  public InMemoryDisk disk() {
    return disk;
  }

  /**
   * Power loss: everything not synced is gone. This store must not be used any more.
   *
   * @return a store opened on what is left
   */
  public InMemoryMessageStore crash() {
    disk.crash();
    store.close();
    return open(disk);
  }

  @Override
  public StoreView view() {
    return store.view();
  }

  @Override
  public void commit(StoreBatch batch, Durability durability) throws StoreException {
    store.commit(batch, durability);
  }

  @Override
  public void sync() throws StoreException {
    store.sync();
  }

  @Override
  public void recover() throws StoreException {
    store.recover();
  }

  @Override
  public List<StoredMessage> read(int logId, ChunkInfo chunk) throws StoreException {
    return store.read(logId, chunk);
  }

  @Override
  public long newBlobId() throws StoreException {
    return store.newBlobId();
  }

  @Override
  public byte @Nullable [] readPart(StoredBlob blob, int part) throws StoreException {
    return store.readPart(blob, part);
  }

  @Override
  public List<StoredTimer> timersDue(long untilMs, int limit) throws StoreException {
    return store.timersDue(untilMs, limit);
  }

  @Override
  public long rememberedKeys() {
    return store.rememberedKeys();
  }

  @Override
  public Optional<RememberedKey> remembered(int nodeId, byte[] idempotencyKey)
      throws StoreException {
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
