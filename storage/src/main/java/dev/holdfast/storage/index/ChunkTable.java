package dev.holdfast.storage.index;

import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoredBlob;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The live chunks of one log, sorted by first sequence, in parallel arrays: 32 bytes a chunk, so
 * that a backlog costs its chunks and nothing per message.
 *
 * <p>A chunk that dies in the middle leaves a mark that the next compaction takes away; slots are
 * therefore valid only until the next change.
 */
final class ChunkTable {
  private static final int INITIAL = 4;
  private static final long DEAD = -1;

  // Owner thread. Used slots are [head, tail).
  private long[] chunkIds = new long[INITIAL];
  private long[] firsts = new long[INITIAL];
  private long[] expiries = new long[INITIAL];
  private int[] counts = new int[INITIAL];
  private int[] bytes = new int[INITIAL];

  /** The blobs of the few chunks that have one, by chunk id. */
  private final Map<Long, StoredBlob> blobs = new HashMap<>(0);

  private int head;
  private int tail;
  private int dead;
  private int lastHit;

  int liveCount() {
    return tail - head - dead;
  }

  boolean isEmpty() {
    return head == tail;
  }

  int headSlot() {
    return head;
  }

  int tailSlot() {
    return tail;
  }

  void add(ChunkInfo chunk) {
    if (tail == firsts.length) {
      makeRoom();
    }
    chunkIds[tail] = chunk.chunkId();
    firsts[tail] = chunk.firstSequence();
    expiries[tail] = chunk.minExpiryMs();
    counts[tail] = chunk.count();
    // Never more than one message of up to 2^31 bytes or 64 KiB of several.
    bytes[tail] = Math.toIntExact(chunk.bytes());
    tail++;
    if (chunk.blob() != null) {
      blobs.put(chunk.chunkId(), chunk.blob());
    }
  }

  /** The slot of the live chunk that holds {@code sequence}, or -1. */
  int slotOf(long sequence) {
    if (lastHit >= head && lastHit < tail && holds(lastHit, sequence)) {
      return lastHit;
    }
    int slot = floorSlot(sequence);
    if (slot < 0 || !holds(slot, sequence)) {
      return -1;
    }
    lastHit = slot;
    return slot;
  }

  /** The slot of the live chunk that holds {@code sequence}, else the next live one, else -1. */
  int slotAtOrAfter(long sequence) {
    int slot = floorSlot(sequence);
    if (slot >= 0 && holds(slot, sequence)) {
      return slot;
    }
    return nextLive(slot < 0 ? head : slot + 1);
  }

  /** The first live slot at or after {@code slot}, or -1. */
  int nextLive(int slot) {
    int at = Math.max(slot, head);
    while (at < tail && chunkIds[at] == DEAD) {
      at++;
    }
    return at < tail ? at : -1;
  }

  ChunkInfo info(int slot) {
    return new ChunkInfo(
        chunkIds[slot], firsts[slot], counts[slot], bytes[slot], expiries[slot], blob(slot));
  }

  private @Nullable StoredBlob blob(int slot) {
    return blobs.isEmpty() ? null : blobs.get(chunkIds[slot]);
  }

  long chunkId(int slot) {
    return chunkIds[slot];
  }

  long first(int slot) {
    return firsts[slot];
  }

  int count(int slot) {
    return counts[slot];
  }

  long end(int slot) {
    return firsts[slot] + counts[slot];
  }

  /** When its first message expires, as appended or as examined last; 0: none does. */
  long expiryMs(int slot) {
    return expiries[slot];
  }

  void expiryMs(int slot, long ms) {
    expiries[slot] = ms;
  }

  int bytes(int slot) {
    return bytes[slot];
  }

  boolean isHead(int slot) {
    return slot == head;
  }

  /** Takes a chunk out; when it was the head, the head moves on to the next live chunk. */
  void remove(int slot) {
    if (!blobs.isEmpty()) {
      blobs.remove(chunkIds[slot]);
    }
    chunkIds[slot] = DEAD;
    dead++;
    while (head < tail && chunkIds[head] == DEAD) {
      head++;
      dead--;
    }
    if (head == tail) {
      head = 0;
      tail = 0;
      if (firsts.length > 1024) {
        resize(INITIAL, 0);
      }
    } else if (dead > 64 && dead > (tail - head) / 2) {
      compact();
    }
  }

  private boolean holds(int slot, long sequence) {
    return chunkIds[slot] != DEAD && sequence >= firsts[slot] && sequence < end(slot);
  }

  /** The last slot, dead or alive, whose first sequence is at or below {@code sequence}, or -1. */
  private int floorSlot(long sequence) {
    if (head == tail || sequence < firsts[head]) {
      return -1;
    }
    if (sequence >= firsts[tail - 1]) {
      return tail - 1;
    }
    int found = Arrays.binarySearch(firsts, head, tail, sequence);
    return found >= 0 ? found : -found - 2;
  }

  private void makeRoom() {
    int used = tail - head;
    if (used <= firsts.length / 2) {
      resize(firsts.length, used);
    } else {
      resize(firsts.length + Math.max(INITIAL, firsts.length >> 1), used);
    }
  }

  private void resize(int capacity, int used) {
    int from = head;
    chunkIds = Arrays.copyOf(Arrays.copyOfRange(chunkIds, from, from + used), capacity);
    firsts = Arrays.copyOf(Arrays.copyOfRange(firsts, from, from + used), capacity);
    expiries = Arrays.copyOf(Arrays.copyOfRange(expiries, from, from + used), capacity);
    counts = Arrays.copyOf(Arrays.copyOfRange(counts, from, from + used), capacity);
    bytes = Arrays.copyOf(Arrays.copyOfRange(bytes, from, from + used), capacity);
    head = 0;
    tail = used;
  }

  private void compact() {
    int to = head;
    for (int from = head; from < tail; from++) {
      if (chunkIds[from] != DEAD) {
        chunkIds[to] = chunkIds[from];
        firsts[to] = firsts[from];
        expiries[to] = expiries[from];
        counts[to] = counts[from];
        bytes[to] = bytes[from];
        to++;
      }
    }
    tail = to;
    dead = 0;
    int used = tail - head;
    if (firsts.length > 1024 && used < firsts.length / 4) {
      resize(Math.max(INITIAL, used * 2), used);
    }
  }
}
