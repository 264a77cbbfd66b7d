package dev.holdfast.storage.index;

import dev.holdfast.storage.DeliveryHistory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one cursor has consumed of one chunk. Exists only for chunks that are partly acknowledged,
 * hold a history, or are done with while another cursor still waits for them; a chunk nobody has
 * touched costs nothing here.
 */
public final class AckState {
  // Owner thread.
  private final long firstSequence;
  private final int count;
  private long @Nullable [] words;
  private int acknowledged;
  private long acknowledgedBytes;
  private @Nullable HistoryTable histories;

  /** Changed by the batch being applied, so its row must be written. */
  boolean dirty;

  /** A row of it may be on disk, so its end must delete that row. */
  boolean persisted;

  AckState(long firstSequence, int count) {
    this.firstSequence = firstSequence;
    this.count = count;
  }

  /** Rebuilds a state from its row: {@code bits} holds one bit per message, lowest first. */
  public static AckState restore(
      ChunkPosition chunk, byte[] bits, long bytes, @Nullable HistoryTable histories) {
    AckState state = new AckState(chunk.firstSequence(), chunk.count());
    for (int i = 0; i < chunk.count(); i++) {
      if ((bits[i >>> 3] & (1 << (i & 7))) != 0) {
        state.setBit(i);
      }
    }
    state.acknowledgedBytes = bytes;
    state.histories = histories;
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

  /** Histories of messages that have one; null: none has. */
  public @Nullable HistoryTable histories() {
    return histories;
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
    if (histories != null) {
      histories.remove(index);
      if (histories.size() == 0) {
        histories = null;
      }
    }
  }

  void acknowledgeAll() {
    acknowledged = count;
    words = null;
    histories = null;
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

  void putHistory(int index, DeliveryHistory history) {
    if (histories == null) {
      histories = new HistoryTable();
    }
    histories.put(index, history);
  }

  @Nullable DeliveryHistory history(int index) {
    return histories == null ? null : histories.get(index);
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
