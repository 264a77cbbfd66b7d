package dev.holdfast.storage.index;

import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.RememberedKey;
import dev.holdfast.storage.StoreBatch;
import dev.holdfast.storage.StoredMessage;
import dev.holdfast.storage.StoredTimer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A batch as it was filled: operations in parallel arrays that are reused, so that an append or an
 * acknowledgement allocates nothing. Owner thread only.
 */
public final class BatchOperations implements StoreBatch {

  /** What an operation does. */
  public enum Kind {
    /** {@link StoreBatch#createLog}. */
    CREATE_LOG,
    /** {@link StoreBatch#dropLog}. */
    DROP_LOG,
    /** {@link StoreBatch#createCursor}. */
    CREATE_CURSOR,
    /** {@link StoreBatch#dropCursor}. */
    DROP_CURSOR,
    /** {@link StoreBatch#append}. */
    APPEND,
    /** {@link StoreBatch#putBlobPart}. */
    PUT_BLOB_PART,
    /** {@link StoreBatch#dropBlob}. */
    DROP_BLOB,
    /** {@link StoreBatch#acknowledge}. */
    ACKNOWLEDGE,
    /** {@link StoreBatch#purge}. */
    PURGE,
    /** {@link StoreBatch#recordHistory}. */
    RECORD_HISTORY,
    /** {@link StoreBatch#putDefinition}. */
    PUT_DEFINITION,
    /** {@link StoreBatch#deleteDefinition}. */
    DELETE_DEFINITION,
    /** {@link StoreBatch#putTimer}. */
    PUT_TIMER,
    /** {@link StoreBatch#deleteTimer}. */
    DELETE_TIMER,
    /** {@link StoreBatch#remember}. */
    REMEMBER,
    /** {@link StoreBatch#forgetKey}; the value's time is all that counts. */
    FORGET_KEY,
    /** {@link StoreBatch#forgetKey(int, byte[])}. */
    FORGET_KEY_WHOLLY,
    /** {@link StoreBatch#forgetKeys}. */
    FORGET
  }

  /** Payload of {@link Kind#PUT_DEFINITION}. */
  record Definition(String key, byte[] value) {}

  /**
   * An idempotency key to be remembered.
   *
   * @param nodeId the node
   * @param key the producer's bytes
   * @param value what is kept
   * @param windowMs for how long at least
   */
  public record Remembered(int nodeId, byte[] key, RememberedKey value, long windowMs) {}

  private static final int INITIAL = 64;

  private int size;
  private Kind[] kinds = new Kind[INITIAL];
  private int[] logIds = new int[INITIAL];
  private int[] cursorIds = new int[INITIAL];
  private long[] sequences = new long[INITIAL];
  private long[] numbers = new long[INITIAL];
  private @Nullable Object[] payloads = new @Nullable Object[INITIAL];

  /** The append that follows in the same log before its chunk is cut; -1 at the end. */
  private int[] nextAppend = new int[INITIAL];

  @Override
  public void createLog(int logId) {
    if (logId < 1) {
      throw new IllegalArgumentException("log ids start at 1, got " + logId);
    }
    add(Kind.CREATE_LOG, logId, 0, 0, 0, null);
  }

  @Override
  public void dropLog(int logId) {
    add(Kind.DROP_LOG, logId, 0, 0, 0, null);
  }

  @Override
  public void createCursor(int logId, int cursorId, long startSequence) {
    add(Kind.CREATE_CURSOR, logId, cursorId, startSequence, 0, null);
  }

  @Override
  public void dropCursor(int logId, int cursorId) {
    add(Kind.DROP_CURSOR, logId, cursorId, 0, 0, null);
  }

  @Override
  public void append(int logId, StoredMessage message) {
    if (message.attributes().length > 0xffff) {
      throw new IllegalArgumentException(
          "attributes of " + message.attributes().length + " bytes; at most 65535 fit");
    }
    add(Kind.APPEND, logId, 0, message.sequence(), message.bytes(), message);
  }

  @Override
  public void putBlobPart(long blobId, int part, byte[] bytes) {
    add(Kind.PUT_BLOB_PART, 0, part, blobId, 0, bytes);
  }

  @Override
  public void dropBlob(long blobId) {
    add(Kind.DROP_BLOB, 0, 0, blobId, 0, null);
  }

  @Override
  public void acknowledge(int logId, int cursorId, long sequence, int bytes) {
    add(Kind.ACKNOWLEDGE, logId, cursorId, sequence, bytes, null);
  }

  @Override
  public void purge(int logId, int cursorId, long fromSequence, long toSequence) {
    add(Kind.PURGE, logId, cursorId, fromSequence, 0, toSequence);
  }

  @Override
  public void recordHistory(int logId, int cursorId, long sequence, DeliveryHistory history) {
    add(Kind.RECORD_HISTORY, logId, cursorId, sequence, 0, history);
  }

  @Override
  public void putDefinition(String key, byte[] value) {
    add(Kind.PUT_DEFINITION, 0, 0, 0, 0, new Definition(key, value));
  }

  @Override
  public void deleteDefinition(String key) {
    add(Kind.DELETE_DEFINITION, 0, 0, 0, 0, key);
  }

  @Override
  public void putTimer(StoredTimer timer) {
    add(Kind.PUT_TIMER, timer.logId(), 0, timer.sequence(), 0, timer);
  }

  @Override
  public void deleteTimer(StoredTimer timer) {
    add(Kind.DELETE_TIMER, timer.logId(), 0, timer.sequence(), 0, timer);
  }

  @Override
  public void remember(int nodeId, byte[] idempotencyKey, RememberedKey value, long windowMs) {
    add(Kind.REMEMBER, 0, 0, 0, 0, new Remembered(nodeId, idempotencyKey, value, windowMs));
  }

  @Override
  public void forgetKey(int nodeId, byte[] idempotencyKey, long storedMs, long windowMs) {
    RememberedKey value = new RememberedKey(0, 0, storedMs);
    add(Kind.FORGET_KEY, 0, 0, 0, 0, new Remembered(nodeId, idempotencyKey, value, windowMs));
  }

  @Override
  public void forgetKey(int nodeId, byte[] idempotencyKey) {
    add(Kind.FORGET_KEY_WHOLLY, nodeId, 0, 0, 0, idempotencyKey);
  }

  @Override
  public void forgetKeys(long nowMs) {
    add(Kind.FORGET, 0, 0, 0, nowMs, null);
  }

  @Override
  public boolean isEmpty() {
    return size == 0;
  }

  @Override
  public void clear() {
    Arrays.fill(payloads, 0, size, null);
    size = 0;
  }

  /** How many operations it holds. */
  public int size() {
    return size;
  }

  /** Whether a message, or a part of one, is appended. */
  public boolean appends() {
    for (int i = 0; i < size; i++) {
      if (kinds[i] == Kind.APPEND || kinds[i] == Kind.PUT_BLOB_PART) {
        return true;
      }
    }
    return false;
  }

  /** The message of the append at {@code operation}. */
  public StoredMessage message(int operation) {
    return (StoredMessage) payload(operation);
  }

  /** The append after {@code operation} in the same chunk, or -1. */
  public int nextInChunk(int operation) {
    return nextAppend[operation];
  }

  Kind kind(int operation) {
    return kinds[operation];
  }

  int logId(int operation) {
    return logIds[operation];
  }

  int cursorId(int operation) {
    return cursorIds[operation];
  }

  long sequence(int operation) {
    return sequences[operation];
  }

  long number(int operation) {
    return numbers[operation];
  }

  Object payload(int operation) {
    Object payload = payloads[operation];
    if (payload == null) {
      throw new IllegalStateException(kinds[operation] + " carries nothing");
    }
    return payload;
  }

  void link(int operation, int following) {
    nextAppend[operation] = following;
  }

  private void add(
      Kind kind, int logId, int cursorId, long sequence, long number, @Nullable Object payload) {
    if (size == kinds.length) {
      grow();
    }
    kinds[size] = kind;
    logIds[size] = logId;
    cursorIds[size] = cursorId;
    sequences[size] = sequence;
    numbers[size] = number;
    payloads[size] = payload;
    nextAppend[size] = -1;
    size++;
  }

  private void grow() {
    int capacity = size * 2;
    kinds = Arrays.copyOf(kinds, capacity);
    logIds = Arrays.copyOf(logIds, capacity);
    cursorIds = Arrays.copyOf(cursorIds, capacity);
    sequences = Arrays.copyOf(sequences, capacity);
    numbers = Arrays.copyOf(numbers, capacity);
    payloads = Arrays.copyOf(payloads, capacity);
    nextAppend = Arrays.copyOf(nextAppend, capacity);
  }
}
