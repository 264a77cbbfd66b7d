package dev.holdfast.cli;

/** Bytes as people read them: place, sixteen bytes in hexadecimal, and what of them is ASCII. */
final class HexDump {
  private static final int PER_LINE = 16;
  private static final int MIDDLE = 7;
  private static final int DIGITS = 49;

  private HexDump() {}

  /** The dump, a line for each sixteen bytes; what it leaves out is said in a last line. */
  static String of(byte[] bytes, int most) {
    StringBuilder out = new StringBuilder();
    int shown = Math.min(bytes.length, most);
    for (int at = 0; at < shown; at += PER_LINE) {
      StringBuilder digits = new StringBuilder();
      StringBuilder text = new StringBuilder();
      for (int i = at; i < Math.min(at + PER_LINE, shown); i++) {
        digits.append(hex(bytes[i], 2)).append(i - at == MIDDLE ? "  " : " ");
        text.append(bytes[i] >= ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.');
      }
      out.append(hex(at, 8))
          .append("  ")
          .append(digits)
          .append(" ".repeat(DIGITS - digits.length()))
          .append(" |")
          .append(text)
          .append("|\n");
    }
    if (shown < bytes.length) {
      out.append("and ").append(bytes.length - shown).append(" more bytes\n");
    }
    return out.toString();
  }

  /** The first bytes on one line. */
  static String brief(byte[] bytes, int most) {
    StringBuilder out = new StringBuilder("(" + bytes.length + " bytes)");
    for (int i = 0; i < Math.min(bytes.length, most); i++) {
      out.append(' ').append(hex(bytes[i], 2));
    }
    return out.append(bytes.length > most ? " ..." : "").toString();
  }

  private static String hex(int value, int digits) {
    String all = Integer.toHexString(value & (digits == 2 ? 0xff : -1));
    return "0".repeat(digits - all.length()) + all;
  }
}
