package dev.holdfast.storage.log;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.RememberedKey;
import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreHealth;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredBlob;
import dev.holdfast.storage.StoredMessage;
import dev.holdfast.storage.StoredTimer;
import dev.holdfast.storage.index.BatchApplier;
import dev.holdfast.storage.index.BatchOperations;
import dev.holdfast.storage.index.StoreIndex;
import dev.holdfast.storage.keys.Sealer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The message store over an engine of rows.
 *
 * <p>A commit applies the batch to the index, which names the rows that change, seals the chunks
 * that were born, and writes everything as one engine batch. When any of that fails, the index and
 * the disk may differ, so every further use is refused until {@link #recover()} has filled the
 * index from the disk again.
 *
 * <p>What a failed batch becomes: nothing, unless the engine had already logged it whole; then it
 * stands, as if the process had died just before answering. Either way {@link #recover()} shows
 * what the disk says, and chunk ids and sessions make sure that no key and nonce pair is used
 * twice.
 */
public final class LogStore implements MessageStore {
  private static final Logger LOG = LoggerFactory.getLogger(LogStore.class);

  private final RowEngine engine;
  private final Sealer sealer;
  private final ChunkReader reader;
  private final TimerRows timers;
  private final IdempotencyRows idempotency;
  private final RowWriter writer;
  private final Reclaimer reclaimer;
  private final StoreIndex index = new StoreIndex();
  private final BatchApplier applier = new BatchApplier(index);

  // Owner thread; `inside` is only there to catch a second one.
  private @Nullable Thread inside;
  private State state = State.OPEN;
  private boolean engineDoubtful;
  private boolean unsynced;
  private long commitNumber;
  private long durableCommit;

  /** The owner's {@link #commitNumber} for everybody else. */
  private volatile long visibleCommit;

  private enum State {
    OPEN,
    NEEDS_RECOVERY,
    /** {@link #maintain()} closed the engine and could not open it again; memory is right. */
    ENGINE_DOWN,
    CLOSED
  }

  /**
   * How idempotency keys are kept in memory.
   *
   * @param maxTableBytes for fingerprints at most; beyond that the database answers for new keys
   * @param loader runs what reads them after opening
   */
  public record Keys(long maxTableBytes, Executor loader) {}

  private LogStore(RowEngine engine, Sealer sealer, LongSupplier clockMs, Keys keys) {
    this.engine = engine;
    this.sealer = sealer;
    this.reader = new ChunkReader(engine, sealer);
    this.timers = new TimerRows(engine, sealer);
    this.idempotency = new IdempotencyRows(engine, sealer, keys);
    this.writer = new RowWriter(engine.batch(), sealer, idempotency, timers, reader);
    this.reclaimer = new Reclaimer(engine, index, clockMs);
  }

  /**
   * Fills the index from the engine and starts a new session of sealing.
   *
   * @param clockMs a clock that never goes back, in milliseconds
   */
  public static LogStore start(RowEngine engine, Sealer sealer, LongSupplier clockMs, Keys keys)
      throws StoreException {
    LogStore store = new LogStore(engine, sealer, clockMs, keys);
    int lastSession = store.load();
    try {
      store.startSession(lastSession + 1);
    } catch (StoreException e) {
      if (e.reason() != StoreException.Reason.DISK_FULL) {
        throw e;
      }
      // The engine has made room of its reserve.
      store.idempotency.stopLoading();
      engine.reopen();
      lastSession = store.load();
      store.startSession(lastSession + 1);
    }
    return store;
  }

  private int load() throws StoreException {
    RowLoader.Loaded loaded = new RowLoader(engine, sealer, index).load();
    commitNumber = loaded.commit();
    durableCommit = loaded.commit();
    visibleCommit = commitNumber;
    timers.reset();
    idempotency.load();
    unsynced = false;
    engineDoubtful = false;
    state = State.OPEN;
    return loaded.lastSession();
  }

  private void startSession(int sessionId) throws StoreException {
    byte[] salt = sealer.newSessionSalt();
    RowBatch rows = engine.batch();
    rows.clear();
    rows.put(RowFamily.META, Rows.COMMIT, commitRow());
    rows.put(RowFamily.META, Rows.session(sessionId), salt);
    RowWriter.deleteOrphans(rows, index.orphans());
    engine.write(true, commitNumber + 1);
    committed(true);
    index.orphans().clear();
    sealer.startSession(sessionId, salt);
  }

  /** Gives back at once what nobody will finish: it may be a while until something is committed. */
  private void deleteOrphans() throws StoreException {
    if (index.orphans().isEmpty()) {
      return;
    }
    state = State.NEEDS_RECOVERY;
    RowBatch rows = engine.batch();
    rows.clear();
    rows.put(RowFamily.META, Rows.COMMIT, commitRow());
    RowWriter.deleteOrphans(rows, index.orphans());
    engineDoubtful = true;
    engine.write(false, commitNumber + 1);
    engineDoubtful = false;
    committed(false);
    index.orphans().clear();
    state = State.OPEN;
  }

  private byte[] commitRow() {
    return Rows.commit(commitNumber + 1, durableCommit, index.nextChunkId());
  }

  private void committed(boolean synced) {
    commitNumber++;
    visibleCommit = commitNumber;
    unsynced = !synced;
    if (synced) {
      durableCommit = commitNumber;
    }
  }

  @Override
  public StoreView view() {
    return index;
  }

  @Override
  public void commit(StoreBatch batch, Durability durability) throws StoreException {
    enter(State.OPEN);
    boolean done = false;
    try {
      BatchOperations operations = (BatchOperations) batch;
      boolean synced = durability == Durability.SYNCED;
      state = State.NEEDS_RECOVERY;
      writer.begin(operations, commitRow());
      applier.apply(operations, writer);
      writer.finish();
      engineDoubtful = true;
      engine.write(synced, commitNumber + 1);
      engineDoubtful = false;
      committed(synced);
      state = State.OPEN;
      done = true;
    } finally {
      inside = null;
      if (!done) {
        engine.batch().clear();
      }
    }
  }

  @Override
  public void sync() throws StoreException {
    enter(State.OPEN);
    try {
      if (unsynced) {
        state = State.NEEDS_RECOVERY;
        engineDoubtful = true;
        engine.sync();
        engineDoubtful = false;
        unsynced = false;
        durableCommit = commitNumber;
        state = State.OPEN;
      }
    } finally {
      inside = null;
    }
  }

  @Override
  public void recover() throws StoreException {
    if (state == State.ENGINE_DOWN) {
      state = State.NEEDS_RECOVERY;
    }
    enter(state == State.OPEN ? State.OPEN : State.NEEDS_RECOVERY);
    try {
      state = State.NEEDS_RECOVERY;
      idempotency.stopLoading();
      if (engineDoubtful) {
        engine.reopen();
      }
      load();
      deleteOrphans();
    } finally {
      inside = null;
    }
  }

  @Override
  public List<StoredMessage> read(int logId, ChunkInfo chunk) throws StoreException {
    return reader.read(logId, chunk);
  }

  @Override
  public long newBlobId() throws StoreException {
    enter(State.OPEN);
    inside = null;
    return index.newBlobId();
  }

  @Override
  public byte @Nullable [] readPart(StoredBlob blob, int part) throws StoreException {
    return reader.readPart(blob, part);
  }

  @Override
  public List<StoredTimer> timersDue(long untilMs, int limit) throws StoreException {
    enter(State.OPEN);
    try {
      return timers.due(untilMs, limit);
    } finally {
      inside = null;
    }
  }

  @Override
  public Optional<RememberedKey> remembered(int nodeId, byte[] idempotencyKey)
      throws StoreException {
    enter(State.OPEN);
    try {
      return idempotency.find(nodeId, idempotencyKey);
    } finally {
      inside = null;
    }
  }

  @Override
  public long rememberedKeys() {
    return idempotency.keys();
  }

  @Override
  public StoreHealth health() {
    return engine.health();
  }

  @Override
  public StoreBatch newBatch() {
    return new BatchOperations();
  }

  @Override
  public void maintain() {
    if (state == State.CLOSED) {
      throw new IllegalStateException("the store is closed");
    }
    engine.maintain();
    boolean reopen = state == State.ENGINE_DOWN;
    if (state == State.OPEN) {
      idempotency.takeLoaded();
      reopen = reclaimer.run(writer.takeDeadBytes(), commitNumber, idempotency);
    }
    if (reopen) {
      reopen();
    }
  }

  /** Opens the engine again between two commits: nothing that is in memory changes by it. */
  private void reopen() {
    state = State.ENGINE_DOWN;
    engineDoubtful = true;
    boolean loading = !idempotency.takeLoaded();
    if (loading) {
      idempotency.stopLoading();
    }
    try {
      engine.reopen();
      byte[] row = engine.get(RowFamily.META, Rows.COMMIT);
      long found = row == null ? 0 : ByteBuffer.wrap(row).getLong();
      if (found != commitNumber) {
        throw new StoreException(
            StoreException.Reason.CORRUPT,
            "commit " + commitNumber + " was written, but the last one there is " + found);
      }
      if (loading) {
        idempotency.load();
      }
      engineDoubtful = false;
      state = State.OPEN;
    } catch (StoreException e) {
      LOG.warn("the database is closed and will be opened later: {}", e.getMessage());
    }
  }

  @Override
  public byte[] deriveKey(String purpose) {
    return sealer.deriveKey(purpose);
  }

  @Override
  public long lastCommit() {
    return visibleCommit;
  }

  @Override
  public void close() {
    if (state != State.CLOSED) {
      state = State.CLOSED;
      idempotency.stopLoading();
      engine.close();
    }
  }

  private void enter(State wanted) throws StoreException {
    if (state == State.ENGINE_DOWN) {
      throw new StoreException(StoreException.Reason.IO, engine.health().reason());
    }
    if (state != wanted) {
      throw new IllegalStateException(
          state == State.CLOSED
              ? "the store is closed"
              : "the last commit failed: call recover() first");
    }
    Thread current = Thread.currentThread();
    if (inside != null && inside != current) {
      throw new IllegalStateException(
          "the store belongs to one thread, but " + inside + " and " + current + " are in it");
    }
    inside = current;
  }
}
