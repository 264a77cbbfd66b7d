package dev.holdfast.broker.selector;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * AMQP's primitive encodings (part 1 §1.6) on a byte array that nobody has to trust: whatever is
 * malformed is answered, never thrown.
 */
final class WireValue {

  /** What {@link #end} says of a malformed value. */
  static final int MALFORMED = -1;

  private static final int STRING = 0x1;
  private static final int SYMBOL = 0x3;

  private WireValue() {}

  static int int32(byte[] b, int p) {
    return ((b[p] & 0xFF) << 24)
        | ((b[p + 1] & 0xFF) << 16)
        | ((b[p + 2] & 0xFF) << 8)
        | (b[p + 3] & 0xFF);
  }

  static long int64(byte[] b, int p) {
    return ((long) int32(b, p) << 32) | (int32(b, p + 4) & 0xFFFF_FFFFL);
  }

  /** Where the value at {@code p} ends, {@link #MALFORMED} when not before {@code limit}. */
  static int end(byte[] b, int p, int limit) {
    int at = p;
    while (at < limit && b[at] == 0) {
      // A described value: step over the constructor's zero and the descriptor.
      at = plainEnd(b, at + 1, limit);
      if (at == MALFORMED) {
        return MALFORMED;
      }
    }
    return plainEnd(b, at, limit);
  }

  private static int plainEnd(byte[] b, int p, int limit) {
    if (p >= limit) {
      return MALFORMED;
    }
    int at = p + 1;
    return switch ((b[p] & 0xFF) >> 4) {
      case 0x4 -> at;
      case 0x5 -> within(at, 1, limit);
      case 0x6 -> within(at, 2, limit);
      case 0x7 -> within(at, 4, limit);
      case 0x8 -> within(at, 8, limit);
      case 0x9 -> within(at, 16, limit);
      case 0xA, 0xC, 0xE -> limit - at < 1 ? MALFORMED : within(at + 1, b[at] & 0xFF, limit);
      case 0xB, 0xD, 0xF -> limit - at < 4 ? MALFORMED : within(at + 4, int32(b, at), limit);
      default -> MALFORMED;
    };
  }

  private static int within(int at, int size, int limit) {
    return size < 0 || size > limit - at ? MALFORMED : at + size;
  }

  /** Whether the value at {@code p} is a string or symbol with these characters. */
  static boolean isText(byte[] b, int p, int end, Text wanted) {
    int code = b[p] & 0xFF;
    int kind = code & 0xF;
    int from = p + (code < 0xB0 ? 2 : 5);
    return code >= 0xA0
        && code < 0xC0
        && (kind == STRING || kind == SYMBOL)
        && end - from == wanted.length()
        && wanted.isAt(b, from);
  }

  /** The value from {@code p} to {@code end}, as {@link MessageFields} has them. */
  static @Nullable Object read(byte[] b, int p, int end) {
    int code = b[p] & 0xFF;
    int at = p + 1;
    return switch (code) {
      case 0x40 -> null;
      case 0x41 -> true;
      case 0x42 -> false;
      case 0x56 -> b[at] != 0;
      case 0x43, 0x44 -> 0L;
      case 0x50, 0x52, 0x53 -> (long) (b[at] & 0xFF);
      case 0x51, 0x54, 0x55 -> (long) b[at];
      case 0x60 -> (long) (((b[at] & 0xFF) << 8) | (b[at + 1] & 0xFF));
      case 0x61 -> (long) (short) ((b[at] << 8) | (b[at + 1] & 0xFF));
      case 0x70 -> int32(b, at) & 0xFFFF_FFFFL;
      case 0x71 -> (long) int32(b, at);
      case 0x72 -> (double) Float.intBitsToFloat(int32(b, at));
      case 0x73 -> character(int32(b, at));
      case 0x80 -> unsigned(int64(b, at));
      case 0x81, 0x83 -> int64(b, at);
      case 0x82 -> Double.longBitsToDouble(int64(b, at));
      case 0x98 -> new UUID(int64(b, at), int64(b, at + 8));
      case 0xA0 -> ByteBuffer.wrap(b, at + 1, end - at - 1);
      case 0xB0 -> ByteBuffer.wrap(b, at + 4, end - at - 4);
      case 0xA1, 0xA3 -> new Text(b, at + 1, end);
      case 0xB1, 0xB3 -> new Text(b, at + 4, end);
      default -> Incomparable.VALUE;
    };
  }

  private static Object character(int codePoint) {
    boolean valid = Character.isValidCodePoint(codePoint) && !isSurrogate(codePoint);
    return valid ? Text.of(Character.toString(codePoint)) : Incomparable.VALUE;
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  private static Number unsigned(long bits) {
    return bits >= 0 ? (Number) bits : new BigInteger(Long.toUnsignedString(bits));
  }
}
