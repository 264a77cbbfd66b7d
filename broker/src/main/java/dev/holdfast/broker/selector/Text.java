package dev.holdfast.broker.selector;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A string, as UTF-8 bytes that lie somewhere in a message: compared in place, copied never. The
 * bytes must not change. Equal when the characters are.
 */
public final class Text {
  final byte[] bytes;
  final int from;
  final int to;

  /** The bytes from {@code from} to {@code to}, which are UTF-8. */
  Text(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
  }

  /** The same characters. */
  public static Text of(String characters) {
    byte[] bytes = characters.getBytes(StandardCharsets.UTF_8);
    return new Text(bytes, 0, bytes.length);
  }

  /** In bytes. */
  int length() {
    return to - from;
  }

  boolean startsWith(Text prefix) {
    return prefix.length() <= length() && prefix.isAt(bytes, from);
  }

  boolean endsWith(Text suffix) {
    return suffix.length() <= length() && suffix.isAt(bytes, to - suffix.length());
  }

  /** Whether the characters are those at {@code at}, where at least as many bytes follow. */
  boolean isAt(byte[] other, int at) {
    return Arrays.equals(bytes, from, to, other, at, at + length());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Text text && text.length() == length() && text.isAt(bytes, from);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + bytes[i];
    }
    return hash;
  }

  @Override
  public String toString() {
    return new String(bytes, from, length(), StandardCharsets.UTF_8);
  }
}
