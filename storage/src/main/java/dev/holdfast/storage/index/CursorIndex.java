package dev.holdfast.storage.index;

import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.StoreView;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One cursor over one log.
 *
 * <p>Invariant: everything below {@code floor} is consumed; of the chunks at or above it, those
 * without an {@link AckState} are wholly unconsumed.
 */
final class CursorIndex implements StoreView.CursorView {
  private final LogIndex log;
  private final int id;

  // Owner thread.
  private final Map<Long, AckState> states = new HashMap<>();
  private @Nullable AckState lastUsed;
  private long floor;
  private long messages;
  private long bytes;

  /** Its floor is to be named at the end of the batch. */
  boolean floorDirty;

  CursorIndex(LogIndex log, int id, long floor) {
    this.log = log;
    this.id = id;
    this.floor = floor;
  }

  int id() {
    return id;
  }

  long floor() {
    return floor;
  }

  void moveFloor(long to) {
    floor = to;
  }

  void count(long moreMessages, long moreBytes) {
    messages += moreMessages;
    bytes += moreBytes;
  }

  @Nullable AckState state(long chunkFirst) {
    AckState last = lastUsed;
    if (last != null && last.firstSequence() == chunkFirst) {
      return last;
    }
    AckState state = states.get(chunkFirst);
    if (state != null) {
      lastUsed = state;
    }
    return state;
  }

  AckState stateFor(long chunkFirst, int count) {
    AckState state = state(chunkFirst);
    if (state == null) {
      state = new AckState(chunkFirst, count);
      put(state);
    }
    return state;
  }

  void put(AckState state) {
    states.put(state.firstSequence(), state);
    lastUsed = state;
  }

  @Nullable AckState removeState(long chunkFirst) {
    lastUsed = null;
    return states.isEmpty() ? null : states.remove(chunkFirst);
  }

  Iterable<AckState> states() {
    return states.values();
  }

  /** Whether the chunk starting at {@code chunkFirst}, ending before {@code end}, is consumed. */
  boolean hasConsumed(long chunkFirst, long end) {
    if (end <= floor) {
      return true;
    }
    AckState state = state(chunkFirst);
    return state != null && state.complete();
  }

  @Override
  public long messages() {
    return messages;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public long nextUnacknowledged(long from) {
    long at = Math.max(from, floor);
    ChunkTable chunks = log.chunks();
    int slot = chunks.slotAtOrAfter(at);
    while (slot >= 0) {
      long first = chunks.first(slot);
      at = Math.max(at, first);
      AckState state = state(first);
      if (state == null) {
        return at;
      }
      int index = state.nextUnacknowledged((int) (at - first));
      if (index < state.count()) {
        return first + index;
      }
      at = chunks.end(slot);
      slot = chunks.nextLive(slot + 1);
    }
    return log.nextSequence();
  }

  @Override
  public boolean acknowledged(long sequence) {
    if (sequence < floor || sequence >= log.nextSequence()) {
      return true;
    }
    int slot = log.chunks().slotOf(sequence);
    if (slot < 0) {
      return true;
    }
    long first = log.chunks().first(slot);
    AckState state = state(first);
    return state != null && state.isAcknowledged((int) (sequence - first));
  }

  @Override
  public DeliveryHistory history(long sequence) {
    if (states.isEmpty()) {
      return DeliveryHistory.NONE;
    }
    int slot = log.chunks().slotOf(sequence);
    if (slot < 0) {
      return DeliveryHistory.NONE;
    }
    long first = log.chunks().first(slot);
    AckState state = state(first);
    DeliveryHistory history = state == null ? null : state.history((int) (sequence - first));
    return history == null ? DeliveryHistory.NONE : history;
  }
}
