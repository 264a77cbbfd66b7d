package dev.holdfast.storage.index;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One log: its live chunks, the runs of dead ones between them, its cursors.
 *
 * <p>Invariant: from {@code floor} to {@code next}, live chunks and dead runs follow each other
 * without gap or overlap; {@code floor} is the first sequence of a live chunk, or {@code next}.
 */
final class LogIndex implements StoreView.LogView {
  private final int id;

  // Owner thread.
  private final ChunkTable chunks = new ChunkTable();
  private final TreeMap<Integer, CursorIndex> cursors = new TreeMap<>();
  private final TreeMap<Long, Long> deadRuns = new TreeMap<>();
  private @Nullable CursorIndex lastCursor;
  private long floor;
  private long next;
  private long liveBytes;

  // Only while a batch is applied: appends that are not yet cut into a chunk.
  final PendingChunk pending = new PendingChunk();
  boolean dirty;
  boolean dropped;

  LogIndex(int id, long floor, long next) {
    this.id = id;
    this.floor = floor;
    this.next = next;
  }

  /** Appends waiting to become one chunk. */
  static final class PendingChunk {
    int firstOperation = -1;
    int lastOperation = -1;
    int count;
    long bytes;
    long minExpiryMs;
  }

  ChunkTable chunks() {
    return chunks;
  }

  Map<Integer, CursorIndex> cursors() {
    return cursors;
  }

  NavigableMap<Long, Long> deadRuns() {
    return deadRuns;
  }

  long liveBytes() {
    return liveBytes;
  }

  void setNext(long nextSequence) {
    next = nextSequence;
  }

  void addChunk(ChunkInfo chunk) {
    chunks.add(chunk);
    liveBytes += chunk.bytes();
  }

  CursorIndex requireCursor(int cursorId) {
    CursorIndex last = lastCursor;
    if (last != null && last.id() == cursorId) {
      return last;
    }
    CursorIndex cursor = cursors.get(cursorId);
    if (cursor == null) {
      throw new IllegalStateException("log " + id + " has no cursor " + cursorId);
    }
    lastCursor = cursor;
    return cursor;
  }

  void removeCursor(int cursorId) {
    lastCursor = null;
    cursors.remove(cursorId);
  }

  /** Takes a chunk out of the list and keeps the chain from floor to next whole. */
  void removeChunk(int slot, IndexSink sink) {
    long first = chunks.first(slot);
    long end = chunks.end(slot);
    boolean head = chunks.isHead(slot);
    liveBytes -= chunks.bytes(slot);
    chunks.remove(slot);
    if (!head) {
      addDeadRun(first, end, sink);
      return;
    }
    // What still waits to be cut is not in the list yet, but it is in front of next.
    floor = chunks.isEmpty() ? next - pending.count : chunks.first(chunks.headSlot());
    while (!deadRuns.isEmpty() && deadRuns.firstKey() < floor) {
      sink.deadRunGone(id, deadRuns.firstKey());
      deadRuns.pollFirstEntry();
    }
  }

  private void addDeadRun(long first, long end, IndexSink sink) {
    long runFirst = first;
    long runEnd = end;
    Map.Entry<Long, Long> before = deadRuns.lowerEntry(first);
    if (before != null && before.getValue() == first) {
      runFirst = before.getKey();
    }
    Long after = deadRuns.remove(end);
    if (after != null) {
      runEnd = after;
      sink.deadRunGone(id, end);
    }
    deadRuns.put(runFirst, runEnd);
    sink.deadRun(id, runFirst, runEnd);
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public long firstSequence() {
    return floor;
  }

  @Override
  public long nextSequence() {
    return next;
  }

  @Override
  public int chunkCount() {
    return chunks.liveCount();
  }

  @Override
  public @Nullable ChunkInfo chunkAtOrAfter(long sequence) {
    int slot = chunks.slotAtOrAfter(sequence);
    return slot < 0 ? null : chunks.info(slot);
  }

  @Override
  public Set<Integer> cursorIds() {
    return Collections.unmodifiableSet(cursors.keySet());
  }

  @Override
  public StoreView.@Nullable CursorView cursor(int cursorId) {
    return cursors.get(cursorId);
  }
}
