package dev.holdfast.cli.audit;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A line of the log taken apart: JSON, a blank, 64 hexadecimal digits.
 *
 * @param json its bytes
 * @param chain what the digits say
 */
record LogLine(byte[] json, byte[] chain) {
  static final int CHAIN_BYTES = 32;
  private static final byte[] CHECKPOINT = bytes("{\"checkpoint\":");
  private static final byte[] GENESIS = bytes("{\"genesis\":");
  private static final String SIGNATURE = ",\"sig\":\"";

  /** Null when the bytes have not the form of a line. */
  static @Nullable LogLine parse(byte[] line) {
    int blank = line.length - 2 * CHAIN_BYTES - 1;
    if (blank < 2 || line[blank] != ' ') {
      return null;
    }
    try {
      String hex = new String(line, blank + 1, 2 * CHAIN_BYTES, StandardCharsets.ISO_8859_1);
      boolean lower = hex.chars().noneMatch(c -> c >= 'A' && c <= 'F');
      return lower ? new LogLine(Arrays.copyOf(line, blank), HexFormat.of().parseHex(hex)) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  boolean isCheckpoint() {
    return begins(CHECKPOINT);
  }

  boolean isGenesis() {
    return begins(GENESIS);
  }

  private boolean begins(byte[] with) {
    return json.length >= with.length && Arrays.equals(json, 0, with.length, with, 0, with.length);
  }

  JsonObject object() throws IOException {
    return JsonObject.parse(json);
  }

  /** What a checkpoint's signature is over: the object without it. Null when it has none. */
  byte @Nullable [] signedPart() {
    String text = new String(json, StandardCharsets.ISO_8859_1);
    int at = text.lastIndexOf(SIGNATURE);
    return at < 0 ? null : (text.substring(0, at) + "}").getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
