package dev.holdfast.storage.log;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Which bucket an idempotency key may be in: a set of fingerprints in memory, so that a new key
 * costs no look-up in the database. May say "perhaps" for a key it has not, never "no" for one it
 * has, unless it is {@link #isFull() full}.
 *
 * <p>Open addressing in shards that grow one by one, so that no single step is long. A slot holds
 * 40 bits of the fingerprint and 24 bits of the bucket's number; slots of buckets that are gone are
 * dropped when their shard is built again. Owner thread.
 */
final class FingerprintTable {
  /** How many buckets can be told apart. */
  static final int MAX_BUCKETS = (1 << 24) - 2;

  private static final int SHARDS = 64;
  private static final int SMALLEST = 16;
  private static final long TAG_MASK = (1L << 40) - 1;
  private static final int GONE = -1;

  private final long maxSlots;
  private final long[][] shards = new long[SHARDS][];
  private final int[] used = new int[SHARDS];
  private long slots;
  private boolean full;

  /**
   * An empty table.
   *
   * @param maxBytes of memory at most
   */
  FingerprintTable(long maxBytes) {
    this.maxSlots = Math.max(SHARDS * (long) SMALLEST, maxBytes / Long.BYTES);
    clear();
  }

  void clear() {
    for (int i = 0; i < SHARDS; i++) {
      shards[i] = new long[SMALLEST];
    }
    Arrays.fill(used, 0);
    slots = SHARDS * (long) SMALLEST;
    full = false;
  }

  /** Whether a fingerprint had to be left out: "no" means nothing any more. */
  boolean isFull() {
    return full;
  }

  /** Bytes of memory it takes. */
  long bytes() {
    return slots * Long.BYTES;
  }

  /**
   * Adds a fingerprint.
   *
   * @param fingerprint 64 evenly distributed bits
   * @param bucket number of its bucket
   * @param alive maps a bucket's number to the one it has from now on, negative when it is gone
   * @return false when it was there already
   */
  boolean add(long fingerprint, int bucket, IntUnaryOperator alive) {
    int shard = shard(fingerprint);
    long entry = entry(fingerprint, bucket);
    if (slotOf(shards[shard], entry) >= 0) {
      return false;
    }
    if (used[shard] >= shards[shard].length / 4 * 3 && !makeRoom(shard, alive)) {
      full = true;
      return true;
    }
    insert(shards[shard], entry);
    used[shard]++;
    return true;
  }

  /** Gives every bucket the number that {@code renumbered} says; drops those that are gone. */
  void renumber(IntUnaryOperator renumbered) {
    for (int shard = 0; shard < SHARDS; shard++) {
      build(shard, shards[shard].length, renumbered);
    }
  }

  /**
   * Walks over what may be this key.
   *
   * @param after what the last call returned, negative to begin
   * @return a position to be given to {@link #bucketAt} and to the next call, or -1 at the end
   */
  int next(long fingerprint, int after) {
    long[] slotsOfShard = shards[shard(fingerprint)];
    int mask = slotsOfShard.length - 1;
    long tag = fingerprint & TAG_MASK;
    int at = after < 0 ? (int) tag & mask : (after + 1) & mask;
    while (slotsOfShard[at] != 0) {
      if (slotsOfShard[at] >>> 24 == tag) {
        return at;
      }
      at = (at + 1) & mask;
    }
    return -1;
  }

  /** The bucket's number at a position that {@link #next} gave. */
  int bucketAt(long fingerprint, int position) {
    return (int) (shards[shard(fingerprint)][position] & 0xff_ffff) - 1;
  }

  private boolean makeRoom(int shard, IntUnaryOperator alive) {
    int length = shards[shard].length;
    build(shard, length, alive);
    if (used[shard] < length / 2) {
      return true;
    }
    if (slots + length > maxSlots || length > 1 << 29) {
      return used[shard] < length / 4 * 3;
    }
    build(shard, length * 2, alive);
    return true;
  }

  private void build(int shard, int length, IntUnaryOperator renumbered) {
    long[] before = shards[shard];
    long[] after = new long[length];
    int count = 0;
    for (long entry : before) {
      if (entry != 0) {
        int bucket = renumbered.applyAsInt((int) (entry & 0xff_ffff) - 1);
        if (bucket > GONE) {
          insert(after, (entry & ~0xff_ffffL) | (bucket + 1));
          count++;
        }
      }
    }
    slots += length - before.length;
    shards[shard] = after;
    used[shard] = count;
  }

  private static void insert(long[] into, long entry) {
    int mask = into.length - 1;
    int at = (int) (entry >>> 24) & mask;
    while (into[at] != 0) {
      at = (at + 1) & mask;
    }
    into[at] = entry;
  }

  private static int slotOf(long[] in, long entry) {
    int mask = in.length - 1;
    int at = (int) (entry >>> 24) & mask;
    while (in[at] != 0) {
      if (in[at] == entry) {
        return at;
      }
      at = (at + 1) & mask;
    }
    return -1;
  }

  private static long entry(long fingerprint, int bucket) {
    return ((fingerprint & TAG_MASK) << 24) | (bucket + 1);
  }

  private static int shard(long fingerprint) {
    return (int) (fingerprint >>> 58);
  }
}
