package dev.holdfast.storage.index;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one cursor has consumed of one chunk. Exists only for chunks that are partly acknowledged,
 * hold an exception, or are done with while another cursor still waits for them; a chunk nobody has
 * touched costs nothing here.
 */
public final class AckState {
  private static final TreeMap<Integer, DeliveryException> NONE = new TreeMap<>();

  // Owner thread.
  private final long firstSequence;
  private final int count;
  private long @Nullable [] words;
  private int acknowledged;
  private long acknowledgedBytes;
  private TreeMap<Integer, DeliveryException> exceptions = NONE;

  /** Changed by the batch being applied, so its row must be written. */
  boolean dirty;

  /** A row of it may be on disk, so its end must delete that row. */
  boolean persisted;

  AckState(long firstSequence, int count) {
    this.firstSequence = firstSequence;
    this.count = count;
  }

  /**
   * An unacknowledged message that is not like the others.
   *
   * @param failures how often its delivery has failed, 1 to 65,535
   * @param notBeforeMs epoch milliseconds, {@code 0} none
   */
  public record DeliveryException(int failures, long notBeforeMs) {}

  /** Rebuilds a state from its row: {@code bits} holds one bit per message, lowest first. */
  public static AckState restore(
      ChunkPosition chunk, byte[] bits, long bytes, Map<Integer, DeliveryException> exceptions) {
    AckState state = new AckState(chunk.firstSequence(), chunk.count());
    for (int i = 0; i < chunk.count(); i++) {
      if ((bits[i >>> 3] & (1 << (i & 7))) != 0) {
        state.setBit(i);
      }
    }
    state.acknowledgedBytes = bytes;
    exceptions.forEach(state::putException);
    return state;
  }

  /** Rebuilds the state of a chunk the cursor has wholly consumed. */
  public static AckState restoreComplete(ChunkPosition chunk) {
    AckState state = new AckState(chunk.firstSequence(), chunk.count());
    state.acknowledgeAll();
    return state;
  }

  /**
   * Where a chunk lies in its log.
   *
   * @param firstSequence its first message
   * @param count how many messages
   */
  public record ChunkPosition(long firstSequence, int count) {}

  /** First sequence of the chunk. */
  public long firstSequence() {
    return firstSequence;
  }

  /** Messages in the chunk. */
  public int count() {
    return count;
  }

  /** Whether every message of the chunk is acknowledged. */
  public boolean complete() {
    return acknowledged == count;
  }

  /** How many messages are acknowledged. */
  public int acknowledged() {
    return acknowledged;
  }

  /** Sum of the acknowledged messages' bytes; meaningless once {@link #complete()}. */
  public long acknowledgedBytes() {
    return acknowledgedBytes;
  }

  /** Failed deliveries and delays by index in the chunk. */
  public Map<Integer, DeliveryException> exceptions() {
    return exceptions;
  }

  /** The acknowledgements, one bit per message, lowest first. */
  public byte[] bitmap() {
    byte[] bits = new byte[(count + 7) >>> 3];
    for (int i = 0; i < count; i++) {
      if (isAcknowledged(i)) {
        bits[i >>> 3] |= (byte) (1 << (i & 7));
      }
    }
    return bits;
  }

  boolean covers(long sequence) {
    return sequence >= firstSequence && sequence < firstSequence + count;
  }

  boolean isAcknowledged(int index) {
    if (complete()) {
      return true;
    }
    return words != null && (words[index >>> 6] & (1L << index)) != 0;
  }

  void acknowledge(int index, int bytes) {
    setBit(index);
    acknowledgedBytes += bytes;
    if (!exceptions.isEmpty()) {
      exceptions.remove(index);
    }
  }

  void acknowledgeAll() {
    acknowledged = count;
    words = null;
    exceptions = NONE;
  }

  /** Marks everything below {@code index}, whose bytes are {@code bytes} in all. */
  void acknowledgeBelow(int index, long bytes) {
    for (int i = 0; i < index; i++) {
      setBit(i);
    }
    acknowledgedBytes = bytes;
  }

  /** The lowest unacknowledged index at or after {@code from}, or {@link #count()}. */
  int nextUnacknowledged(int from) {
    if (complete()) {
      return count;
    }
    int index = from;
    while (index < count && isAcknowledged(index)) {
      index++;
    }
    return index;
  }

  void putException(int index, DeliveryException exception) {
    if (exceptions.isEmpty()) {
      exceptions = new TreeMap<>();
    }
    exceptions.put(index, exception);
  }

  @Nullable DeliveryException exception(int index) {
    return exceptions.get(index);
  }

  private void setBit(int index) {
    if (words == null) {
      words = new long[(count + 63) >>> 6];
    }
    words[index >>> 6] |= 1L << index;
    acknowledged++;
  }

  @Override
  public String toString() {
    return "AckState["
        + firstSequence
        + "+"
        + count
        + " "
        + acknowledged
        + " acknowledged, "
        + Arrays.toString(words)
        + "]";
  }
}
