package dev.holdfast.storage.index;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredBlob;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
  /** A heap this small is not worth tidying up. */
  private static final int SMALL_HEAP = 64;

  private final int id;

  // Owner thread.
  private final ChunkTable chunks = new ChunkTable();
  private final TreeMap<Integer, CursorIndex> cursors = new TreeMap<>();
  private final TreeMap<Long, Long> deadRuns = new TreeMap<>();
  private @Nullable CursorIndex lastCursor;

  /** Asked first whether it has consumed a chunk: it had not done so with the last one. */
  private @Nullable CursorIndex witness;

  private long floor;
  private long next;
  private long liveBytes;

  /** Entries count only while the chunk lives and has this expiry. */
  private final ExpiryHeap expiries = new ExpiryHeap();

  private int expiringChunks;

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
    @Nullable StoredBlob blob;
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
    liveBytes += ChunkLimits.storedBytes(chunk.count(), chunk.bytes());
    if (chunk.minExpiryMs() != 0) {
      expiringChunks++;
      expiries.add(chunk.minExpiryMs(), chunk.firstSequence());
    }
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

  /** Whether no cursor needs the chunk from {@code first} to before {@code end} any more. */
  boolean consumedByAll(long first, long end) {
    CursorIndex asked = witness;
    if (asked != null && !asked.hasConsumed(first, end)) {
      return false;
    }
    // From the last one on: cursors mostly finish in their order, and then one witness will do for
    // a chunk. Otherwise each of a thousand would look at all the others.
    for (CursorIndex cursor : cursors.descendingMap().values()) {
      if (!cursor.hasConsumed(first, end)) {
        witness = cursor;
        return false;
      }
    }
    return true;
  }

  void removeCursor(int cursorId) {
    lastCursor = null;
    witness = null;
    cursors.remove(cursorId);
  }

  /** Takes a chunk out of the list and keeps the chain from floor to next whole. */
  void removeChunk(int slot, IndexSink sink) {
    long first = chunks.first(slot);
    long end = chunks.end(slot);
    boolean head = chunks.isHead(slot);
    liveBytes -= ChunkLimits.storedBytes(chunks.count(slot), chunks.bytes(slot));
    boolean expiring = chunks.expiryMs(slot) != 0;
    chunks.remove(slot);
    if (expiring) {
      expiringChunks--;
      forgetDeadExpiries();
    }
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

  /** Keeps the heap at most about twice as large as what is in it. */
  private void forgetDeadExpiries() {
    if (expiries.size() < SMALL_HEAP || expiries.size() / 2 < expiringChunks) {
      return;
    }
    expiries.clear();
    for (int at = chunks.nextLive(chunks.headSlot()); at >= 0; at = chunks.nextLive(at + 1)) {
      if (chunks.expiryMs(at) != 0) {
        expiries.add(chunks.expiryMs(at), chunks.first(at));
      }
    }
  }

  /** The slot of the chunk on top of the heap, after dropping what no longer counts; or -1. */
  private int soonestSlot() {
    while (!expiries.isEmpty()) {
      int slot = chunks.slotOf(expiries.topFirst());
      if (slot >= 0
          && chunks.first(slot) == expiries.topFirst()
          && chunks.expiryMs(slot) == expiries.topExpiryMs()) {
        return slot;
      }
      expiries.removeTop();
    }
    return -1;
  }

  @Override
  public long nextExpiryMs() {
    int slot = soonestSlot();
    return slot < 0 ? Long.MAX_VALUE : chunks.expiryMs(slot);
  }

  @Override
  public List<ChunkInfo> chunksExpiring(long untilMs, int limit) {
    List<ChunkInfo> due = new ArrayList<>();
    int slot = soonestSlot();
    while (slot >= 0 && chunks.expiryMs(slot) <= untilMs && due.size() < limit) {
      due.add(chunks.info(slot));
      expiries.removeTop();
      slot = soonestSlot();
    }
    for (ChunkInfo chunk : due) {
      expiries.add(chunk.minExpiryMs(), chunk.firstSequence());
    }
    return due;
  }

  @Override
  public void expiryExamined(long firstSequence, long nextMs) {
    int slot = chunks.slotOf(firstSequence);
    if (slot < 0 || chunks.first(slot) != firstSequence) {
      return;
    }
    long before = chunks.expiryMs(slot);
    // Only ever later: so an entry of the heap never comes twice.
    if (before != 0 && (nextMs == 0 || nextMs > before)) {
      chunks.expiryMs(slot, nextMs);
      if (nextMs == 0) {
        expiringChunks--;
        forgetDeadExpiries();
      } else {
        expiries.add(nextMs, firstSequence);
      }
    }
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
