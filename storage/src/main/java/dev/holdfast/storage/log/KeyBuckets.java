package dev.holdfast.storage.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The time buckets that idempotency keys lie in. A key of a long window lies in a wide bucket, so
 * that a window always spans a few of them and forgetting means dropping whole buckets.
 *
 * <p>Widths are powers of two, in seconds: a window is at most four widths. Owner thread.
 */
final class KeyBuckets {
  private static final int WIDTHS_PER_WINDOW = 4;
  private static final int MAX_EXPONENT = 40;

  private final Map<Long, Bucket> byKey = new HashMap<>();
  private final List<@Nullable Bucket> byNumber = new ArrayList<>();
  private long keys;

  /** One of them. */
  static final class Bucket {
    final int exponent;
    final int index;
    final byte[] prefix;
    int number;
    long keys;

    private Bucket(int exponent, int index, int number) {
      this.exponent = exponent;
      this.index = index;
      this.number = number;
      this.prefix = Rows.dedupBucket(exponent, index);
    }

    /** The moment from which no window can reach into it any more, in epoch milliseconds. */
    private long overMs() {
      return widthMs(exponent) * (Integer.toUnsignedLong(index) + 1 + WIDTHS_PER_WINDOW);
    }
  }

  void clear() {
    byKey.clear();
    byNumber.clear();
    keys = 0;
  }

  /** The bucket for a key stored at this moment under a window of this length. */
  Bucket of(long storedMs, long windowMs) {
    int exponent = 0;
    while (exponent < MAX_EXPONENT && widthMs(exponent) * WIDTHS_PER_WINDOW < windowMs) {
      exponent++;
    }
    return at(exponent, (int) Math.min(0xffff_ffffL, Math.max(0, storedMs) / widthMs(exponent)));
  }

  /** A bucket by its place; known or new. */
  Bucket at(int exponent, int index) {
    return byKey.computeIfAbsent(
        ((long) exponent << 32) | Integer.toUnsignedLong(index),
        key -> {
          Bucket bucket = new Bucket(exponent, index, byNumber.size());
          byNumber.add(bucket);
          return bucket;
        });
  }

  /** The bucket with this number, unless it is gone. */
  @Nullable Bucket numbered(int number) {
    return number < byNumber.size() ? byNumber.get(number) : null;
  }

  /** Whether numbers have run out. */
  boolean exhausted() {
    return byNumber.size() >= FingerprintTable.MAX_BUCKETS;
  }

  /**
   * Numbers the buckets from 0 on.
   *
   * @return the new number by the old one, negative for those that are gone
   */
  int[] renumber() {
    int[] renumbered = new int[byNumber.size()];
    List<Bucket> left = new ArrayList<>();
    for (int i = 0; i < renumbered.length; i++) {
      Bucket bucket = byNumber.get(i);
      renumbered[i] = bucket == null ? -1 : left.size();
      if (bucket != null) {
        bucket.number = left.size();
        left.add(bucket);
      }
    }
    byNumber.clear();
    byNumber.addAll(left);
    return renumbered;
  }

  void count(Bucket bucket) {
    bucket.keys++;
    keys++;
  }

  long keys() {
    return keys;
  }

  /** All of them, in no order. */
  Iterable<Bucket> all() {
    return byKey.values();
  }

  /** Takes those out that no window reaches any more. */
  List<Bucket> takeOver(long nowMs) {
    List<Bucket> over = new ArrayList<>();
    byKey
        .values()
        .removeIf(
            bucket -> {
              if (bucket.overMs() > nowMs) {
                return false;
              }
              over.add(bucket);
              byNumber.set(bucket.number, null);
              keys -= bucket.keys;
              return true;
            });
    return over;
  }

  private static long widthMs(int exponent) {
    return 1_000L << exponent;
  }
}
