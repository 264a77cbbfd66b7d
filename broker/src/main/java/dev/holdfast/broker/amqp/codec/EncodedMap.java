package dev.holdfast.broker.amqp.codec;

/** Reads AMQP maps, and values in them, that the guard has passed. */
final class EncodedMap {

  private EncodedMap() {}

  /** Where the first key is, or the map's end when it is empty. */
  static int firstEntry(byte[] b, int at) {
    return at + ((b[at] & 0xFF) == 0xC1 ? 3 : 9);
  }

  /** Where the characters of the string or symbol at {@code p} start; -1 when it is neither. */
  static int textFrom(byte[] b, int p) {
    return switch (b[p] & 0xFF) {
      case 0xA1, 0xA3 -> p + 2;
      case 0xB1, 0xB3 -> p + 5;
      default -> -1;
    };
  }

  /**
   * The integer or timestamp at {@code p}.
   *
   * @throws FaultException it is something else, or larger than a long can say
   */
  static long integer(byte[] b, int p) {
    int code = b[p] & 0xFF;
    return switch (code) {
      case 0x43, 0x44 -> 0;
      case 0x50, 0x52, 0x53 -> b[p + 1] & 0xFF;
      case 0x51, 0x54, 0x55 -> b[p + 1];
      case 0x60 -> ((b[p + 1] & 0xFF) << 8) | (b[p + 2] & 0xFF);
      case 0x61 -> (b[p + 1] << 8) | (b[p + 2] & 0xFF);
      case 0x70 -> Types.int32(b, p + 1) & 0xFFFF_FFFFL;
      case 0x71 -> Types.int32(b, p + 1);
      case 0x81, 0x83 -> Types.int64(b, p + 1);
      case 0x80 -> {
        long value = Types.int64(b, p + 1);
        Types.check(value >= 0);
        yield value;
      }
      default -> throw new FaultException(Fault.MALFORMED);
    };
  }
}
