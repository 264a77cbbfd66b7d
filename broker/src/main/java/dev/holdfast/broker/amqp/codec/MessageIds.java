package dev.holdfast.broker.amqp.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HexFormat;
import java.util.UUID;

/** Message-ids of all their types (part 3 §3.2.11 to 14) as text. */
final class MessageIds {

  private MessageIds() {}

  /** The text of the id at {@code at}. */
  static String text(byte[] b, int at) {
    int end = Types.end(b, at);
    int code = b[at] & 0xFF;
    return switch (code) {
      case 0xA1 -> new String(b, at + 2, end - at - 2, UTF_8);
      case 0xB1 -> new String(b, at + 5, end - at - 5, UTF_8);
      case 0x44 -> "ulong:0";
      case 0x53 -> "ulong:" + (b[at + 1] & 0xFF);
      case 0x80 -> "ulong:" + Long.toUnsignedString(Types.int64(b, at + 1));
      case 0x98 -> "uuid:" + new UUID(Types.int64(b, at + 1), Types.int64(b, at + 9));
      default -> "hex:" + HexFormat.of().formatHex(b, at, end);
    };
  }
}
