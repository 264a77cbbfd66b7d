package dev.holdfast.broker.amqp.codec;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * Walks one AMQP value (part 1 §1.6) without recursion and without building anything, so that what
 * a decoder gets afterwards is known to be sane: depth, counts and sizes within limits, arrays
 * without zero-width elements, maps with an even number of entries and no key twice, descriptors
 * that are ulong or symbol, text that is UTF-8.
 *
 * <p>Not thread-safe; the arrays are reused from one value to the next.
 */
public final class FrameGuard {

  /** Compound values inside each other. */
  static final int MAX_DEPTH = 16;

  /** Values in one top-level value. */
  static final int MAX_VALUES = 4_096;

  private static final int MAX_DESCRIPTORS_IN_A_ROW = 3;
  private static final int PAIRWISE_KEYS = 12;

  // Event-loop thread. One entry per open compound; [0] is the top level.
  private final int[] end = new int[MAX_DEPTH + 1];
  private final int[] left = new int[MAX_DEPTH + 1];
  private final boolean[] map = new boolean[MAX_DEPTH + 1];
  private final int[] firstKey = new int[MAX_DEPTH + 1];
  private int[] keys = new int[64];
  private int keyCount;

  /**
   * Checks the value at {@code from}.
   *
   * @return where it ends
   * @throws FaultException {@code MALFORMED} or {@code TOO_COMPLEX}
   */
  public int skip(byte[] b, int from, int limit) {
    int depth = 0;
    int values = 0;
    int inARow = 0;
    int p = from;
    left[0] = 1;
    end[0] = limit;
    map[0] = false;
    keyCount = 0;
    while (true) {
      while (left[depth] == 0) {
        if (depth == 0) {
          return p;
        }
        p = leave(b, p, depth);
        depth--;
      }
      if (++values > MAX_VALUES) {
        throw new FaultException(Fault.TOO_COMPLEX);
      }
      int lim = end[depth];
      check(p < lim);
      int code = b[p] & 0xFF;
      boolean isKey = map[depth] && (left[depth] & 1) == 0;
      if (code == 0) {
        check(!isKey && ++inARow <= MAX_DESCRIPTORS_IN_A_ROW);
        // The value that follows takes this one's place in the count.
        p = descriptor(b, p + 1, lim);
        continue;
      }
      inARow = 0;
      left[depth]--;
      int kind = code >> 4;
      if (kind == 0xC || kind == 0xD) {
        check(!isKey);
        depth = enter(b, p, lim, depth);
        p = bodyStart(kind, p);
      } else {
        int next = Types.skipScalar(b, p, lim);
        if (isKey) {
          remember(p, next);
        }
        p = next;
      }
    }
  }

  private int enter(byte[] b, int p, int lim, int depth) {
    int code = b[p] & 0xFF;
    boolean small = (code >> 4) == 0xC;
    check(code == 0xC0 || code == 0xC1 || code == 0xD0 || code == 0xD1);
    int sizeAt = p + 1;
    int width = small ? 1 : 4;
    check(lim - sizeAt >= 2 * width);
    int size = (small ? b[sizeAt] & 0xFF : Types.int32(b, sizeAt)) - width;
    int count = small ? b[sizeAt + 1] & 0xFF : Types.int32(b, sizeAt + 4);
    int start = sizeAt + 2 * width;
    check(size >= 0 && size <= lim - start && count >= 0 && count <= size);
    boolean isMap = (code & 1) == 1;
    check(!isMap || (count & 1) == 0);
    if (depth == MAX_DEPTH) {
      throw new FaultException(Fault.TOO_COMPLEX);
    }
    int inner = depth + 1;
    end[inner] = start + size;
    left[inner] = count;
    map[inner] = isMap;
    firstKey[inner] = keyCount;
    return inner;
  }

  private static int bodyStart(int kind, int p) {
    return p + (kind == 0xC ? 3 : 9);
  }

  private int leave(byte[] b, int p, int depth) {
    check(p == end[depth]);
    if (map[depth]) {
      checkKeys(b, firstKey[depth]);
      keyCount = firstKey[depth];
    }
    return p;
  }

  private static int descriptor(byte[] b, int p, int lim) {
    check(p < lim);
    int code = b[p] & 0xFF;
    check(code == 0x53 || code == 0x80 || code == 0x44 || code == 0xA3 || code == 0xB3);
    int next = Types.skipScalar(b, p, lim);
    check(next < lim);
    return next;
  }

  private void remember(int from, int to) {
    if (2 * keyCount + 2 > keys.length) {
      keys = java.util.Arrays.copyOf(keys, keys.length * 2);
    }
    keys[2 * keyCount] = from;
    keys[2 * keyCount + 1] = to;
    keyCount++;
  }

  private void checkKeys(byte[] b, int first) {
    if (keyCount - first > PAIRWISE_KEYS) {
      // A tree inside the set keeps keys that were made to collide from costing much.
      Set<ByteBuffer> seen = new HashSet<>();
      for (int i = first; i < keyCount; i++) {
        check(seen.add(ByteBuffer.wrap(b, keys[2 * i], keys[2 * i + 1] - keys[2 * i])));
      }
      return;
    }
    for (int i = first; i < keyCount; i++) {
      for (int j = first; j < i; j++) {
        check(
            !java.util.Arrays.equals(
                b, keys[2 * i], keys[2 * i + 1], b, keys[2 * j], keys[2 * j + 1]));
      }
    }
  }

  private static void check(boolean sane) {
    if (!sane) {
      throw new FaultException(Fault.MALFORMED);
    }
  }
}
