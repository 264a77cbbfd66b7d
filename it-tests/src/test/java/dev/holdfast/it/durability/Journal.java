package dev.holdfast.it.durability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the power-cut library's journals: text heads, each followed by its bytes. */
final class Journal {
  private Journal() {}

  /** One record: its kind, its numbers (the last is the payload's length) and its payload. */
  record Entry(char kind, long[] numbers, byte[] payload) {
    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }
  }

  static List<Entry> read(Path file) throws IOException {
    List<Entry> entries = new ArrayList<>();
    byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    int at = 0;
    while (at < bytes.length) {
      int newline = at;
      while (newline < bytes.length && bytes[newline] != '\n') {
        newline++;
      }
      if (newline == bytes.length) {
        break;
      }
      String[] words =
          new String(bytes, at, newline - at, StandardCharsets.US_ASCII).split(" ", -1);
      long[] numbers = Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray();
      int length = Math.toIntExact(numbers[numbers.length - 1]);
      int end = newline + 1 + length;
      if (end > bytes.length) {
        // The kill tore the record; the change it announces was not made either.
        break;
      }
      entries.add(
          new Entry(words[0].charAt(0), numbers, Arrays.copyOfRange(bytes, newline + 1, end)));
      at = end;
    }
    return entries;
  }
}
