package dev.holdfast.broker.selector;

/**
 * A place in a text that moves over it character by character. Bytes that are no UTF-8 (they occur
 * in binary values that are taken for text) count as some character or other and cause no error.
 */
final class Utf8Cursor {
  private final byte[] b;
  private final int limit;
  private int p;

  /** Characters looked at so far: what a match costs. */
  long steps;

  /** At the start of the text. */
  Utf8Cursor(Text text) {
    b = text.bytes;
    p = text.from;
    limit = text.to;
  }

  boolean atEnd() {
    return p == limit;
  }

  /** The character here; moves on by one. */
  int next() {
    steps++;
    int width = Math.min(width(b[p]), limit - p);
    int c = b[p] & (width == 1 ? 0xFF : 0x7F >> width);
    for (int i = 1; i < width; i++) {
      c = (c << 6) | (b[p + i] & 0x3F);
    }
    p += width;
    return c;
  }

  /** Moves to where only {@code count} characters are left; false when fewer are. */
  boolean toLast(int count) {
    int at = limit;
    for (int i = 0; i < count; i++) {
      if (at == p) {
        return false;
      }
      steps++;
      at--;
      while (at > p && (b[at] & 0xC0) == 0x80) {
        at--;
      }
    }
    p = at;
    return true;
  }

  private static int width(byte lead) {
    if (lead >= 0) {
      return 1;
    }
    int bits = lead & 0xFF;
    return bits >= 0xF0 ? 4 : bits >= 0xE0 ? 3 : bits >= 0xC0 ? 2 : 1;
  }
}
