package dev.holdfast.broker.amqp.codec;

/** AMQP's primitive encodings (part 1 §1.6) on a byte array. */
final class Types {

  private static final Fault BAD = Fault.MALFORMED;

  private Types() {}

  static int int32(byte[] b, int p) {
    return ((b[p] & 0xFF) << 24)
        | ((b[p + 1] & 0xFF) << 16)
        | ((b[p + 2] & 0xFF) << 8)
        | (b[p + 3] & 0xFF);
  }

  static long int64(byte[] b, int p) {
    return ((long) int32(b, p) << 32) | (int32(b, p + 4) & 0xFFFF_FFFFL);
  }

  /** Checks one value that is neither compound nor described, arrays included; where it ends. */
  static int skipScalar(byte[] b, int p, int lim) {
    int code = b[p] & 0xFF;
    int next = p + 1;
    return switch (code >> 4) {
      case 0x4 -> {
        check(code <= 0x45);
        yield next;
      }
      case 0x5 -> {
        check(code == 0x50 || code == 0x51 || (code >= 0x52 && code <= 0x56));
        yield advance(next, 1, lim);
      }
      case 0x6 -> advance(next, 2, lim);
      case 0x7 -> advance(next, 4, lim);
      case 0x8 -> advance(next, 8, lim);
      case 0x9 -> advance(next, 16, lim);
      case 0xA, 0xB -> variable(b, p, lim);
      case 0xE, 0xF -> array(b, p, lim);
      default -> throw new FaultException(BAD);
    };
  }

  private static int variable(byte[] b, int p, int lim) {
    int code = b[p] & 0xFF;
    boolean small = code < 0xB0;
    int start = advance(p + 1, small ? 1 : 4, lim);
    int size = small ? b[p + 1] & 0xFF : int32(b, p + 1);
    int next = advance(start, size, lim);
    checkText(code & 0xF, b, start, next);
    return next;
  }

  private static void checkText(int kind, byte[] b, int from, int to) {
    switch (kind) {
      case 0 -> {
        return;
      }
      case 1 -> check(Utf8.isValid(b, from, to));
      case 3 -> check(Utf8.isAscii(b, from, to));
      default -> throw new FaultException(BAD);
    }
  }

  /** Arrays: of primitives, element by element; of compound values only as a whole. */
  private static int array(byte[] b, int p, int lim) {
    int code = b[p] & 0xFF;
    check(code == 0xE0 || code == 0xF0);
    boolean small = code == 0xE0;
    int width = small ? 1 : 4;
    int start = advance(p + 1, 2 * width, lim);
    int size = (small ? b[p + 1] & 0xFF : int32(b, p + 1)) - width;
    int count = small ? b[p + 2] & 0xFF : int32(b, p + 5);
    check(size >= 1 && count >= 0 && count <= FrameGuard.MAX_VALUES);
    int stop = advance(start, size, lim);
    elements(b, start, stop, count);
    return stop;
  }

  private static void elements(byte[] b, int constructor, int stop, int count) {
    int code = b[constructor] & 0xFF;
    int first = constructor + 1;
    int size = stop - first;
    switch (code >> 4) {
      case 0x5 -> check(size == count);
      case 0x6 -> check(size == 2L * count);
      case 0x7 -> check(size == 4L * count);
      case 0x8 -> check(size == 8L * count);
      case 0x9 -> check(size == 16L * count);
      case 0xA, 0xB -> {
        int p = first;
        for (int i = 0; i < count; i++) {
          boolean small = code < 0xB0;
          int start = advance(p, small ? 1 : 4, stop);
          int end = advance(start, small ? b[p] & 0xFF : int32(b, p), stop);
          checkText(code & 0xF, b, start, end);
          p = end;
        }
        check(p == stop);
      }
      case 0x4 -> {
        // Elements without width would let a few bytes stand for any number of objects; only
        // booleans that carry their byte (0x56) and empty arrays are fine.
        check(count == 0 && size == 0);
      }
      case 0x0, 0xC, 0xD, 0xE, 0xF -> check(count <= size);
      default -> throw new FaultException(BAD);
    }
  }

  /** Where the value at {@code p}, which has been checked, ends. */
  static int end(byte[] b, int p) {
    int at = p;
    while (b[at] == 0) {
      at = end(b, at + 1);
    }
    return switch ((b[at] & 0xFF) >> 4) {
      case 0x4 -> at + 1;
      case 0x5 -> at + 2;
      case 0x6 -> at + 3;
      case 0x7 -> at + 5;
      case 0x8 -> at + 9;
      case 0x9 -> at + 17;
      case 0xA, 0xC, 0xE -> at + 2 + (b[at + 1] & 0xFF);
      default -> at + 5 + int32(b, at + 1);
    };
  }

  static int advance(int p, int n, int lim) {
    check(n >= 0 && n <= lim - p);
    return p + n;
  }

  static void check(boolean sane) {
    if (!sane) {
      throw new FaultException(BAD);
    }
  }
}
