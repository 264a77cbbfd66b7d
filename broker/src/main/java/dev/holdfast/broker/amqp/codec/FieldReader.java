package dev.holdfast.broker.amqp.codec;

/**
 * Reads the fields of one described list, in order, straight from the frame (part 1 §1.4). Fields
 * that are absent at the end read as null. Event-loop thread; reused.
 */
final class FieldReader {

  private final FrameGuard guard;
  private byte[] b = new byte[0];
  private int p;
  private int limit;
  private int left;

  /** Where the last binary that was read starts. */
  int binaryFrom;

  /** Where it ends. */
  int binaryTo;

  FieldReader(FrameGuard guard) {
    this.guard = guard;
  }

  /** The code of the descriptor at {@code from}, number or symbol; -1 when it is not AMQP's own. */
  static int descriptor(byte[] b, int from, int to) {
    Types.check(to - from >= 3 && b[from] == 0);
    int code = b[from + 1] & 0xFF;
    if (code == 0x53) {
      return b[from + 2] & 0xFF;
    }
    if (code == 0x80) {
      Types.check(to - from >= 10);
      long wide = Types.int64(b, from + 2);
      return wide >= 0 && wide <= 0xFF ? (int) wide : -1;
    }
    if (code == 0xA3 || code == 0xB3) {
      return Descriptors.code(b, from + (code == 0xA3 ? 3 : 6), Types.skipScalar(b, from + 1, to));
    }
    return -1;
  }

  /** Where the described value starts. */
  static int described(byte[] b, int from, int to) {
    Types.check(to - from >= 3 && b[from] == 0);
    int code = b[from + 1] & 0xFF;
    Types.check(code == 0x53 || code == 0x80 || code == 0xA3 || code == 0xB3 || code == 0x44);
    int next = Types.skipScalar(b, from + 1, to);
    Types.check(next < to);
    return next;
  }

  /** Enters the list at {@code from}; where the list ends. */
  int open(byte[] bytes, int from, int to) {
    b = bytes;
    int code = b[from] & 0xFF;
    if (code == 0x45) {
      p = from + 1;
      limit = p;
      left = 0;
      return p;
    }
    boolean small = code == 0xC0;
    Types.check(small || code == 0xD0);
    int width = small ? 1 : 4;
    Types.check(to - from > 2 * width);
    int size = (small ? b[from + 1] & 0xFF : Types.int32(b, from + 1)) - width;
    left = small ? b[from + 2] & 0xFF : Types.int32(b, from + 5);
    p = from + 1 + 2 * width;
    limit = Types.advance(p, size, to);
    Types.check(left >= 0 && left <= size);
    return limit;
  }

  /** All fields are read: nothing may follow but what a later version of the standard adds. */
  void close() {
    while (left > 0) {
      skip();
    }
    Types.check(p == limit);
  }

  private boolean absent() {
    if (left == 0) {
      return true;
    }
    left--;
    Types.check(p < limit);
    if (b[p] == 0x40) {
      p++;
      return true;
    }
    return false;
  }

  /** An uint, or -1 when null. */
  long uint() {
    if (absent()) {
      return -1;
    }
    int code = b[p] & 0xFF;
    int at = p + 1;
    switch (code) {
      case 0x43 -> {
        p = at;
        return 0;
      }
      case 0x52 -> {
        p = Types.advance(at, 1, limit);
        return b[at] & 0xFF;
      }
      case 0x70 -> {
        p = Types.advance(at, 4, limit);
        return Types.int32(b, at) & 0xFFFF_FFFFL;
      }
      default -> throw new FaultException(Fault.MALFORMED);
    }
  }

  /** An uint that must be there. */
  long mandatoryUint() {
    long value = uint();
    if (value < 0) {
      throw new FaultException(Fault.FIELD_MISSING);
    }
    return value;
  }

  /** A ubyte, or -1 when null. */
  int ubyte() {
    if (absent()) {
      return -1;
    }
    Types.check(b[p] == 0x50);
    p = Types.advance(p + 1, 1, limit);
    return b[p - 1] & 0xFF;
  }

  /** A boolean, false when null. */
  boolean bool() {
    return tristate() == 1;
  }

  /** A boolean: 1, 0, or -1 when null. */
  int tristate() {
    if (absent()) {
      return -1;
    }
    int code = b[p++] & 0xFF;
    switch (code) {
      case 0x41 -> {
        return 1;
      }
      case 0x42 -> {
        return 0;
      }
      case 0x56 -> {
        p = Types.advance(p, 1, limit);
        int value = b[p - 1];
        Types.check(value == 0 || value == 1);
        return value;
      }
      default -> throw new FaultException(Fault.MALFORMED);
    }
  }

  /** A timestamp in epoch milliseconds, 0 when null. */
  long timestamp() {
    if (absent()) {
      return 0;
    }
    Types.check((b[p] & 0xFF) == 0x83);
    p = Types.advance(p + 1, 8, limit);
    return Types.int64(b, p - 8);
  }

  /** A binary, string or symbol: sets the range and returns true, false when null. */
  boolean range(int kind) {
    if (absent()) {
      return false;
    }
    int code = b[p] & 0xFF;
    Types.check(code == (0xA0 | kind) || code == (0xB0 | kind));
    int next = Types.skipScalar(b, p, limit);
    binaryFrom = p + (code < 0xB0 ? 2 : 5);
    binaryTo = next;
    p = next;
    return true;
  }

  /** Checks and leaves out a field of any type. */
  void skip() {
    if (!absent()) {
      p = guard.skip(b, p, limit);
    }
  }

  /** Checks and leaves out a field; where it starts, -1 when null. */
  int skipAt() {
    if (absent()) {
      return -1;
    }
    int from = p;
    p = guard.skip(b, p, limit);
    return from;
  }
}
