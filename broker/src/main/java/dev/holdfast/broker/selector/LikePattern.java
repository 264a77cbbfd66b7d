package dev.holdfast.broker.selector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A LIKE pattern: {@code _} is any one character, {@code %} any number of them. Runs over a text
 * once, from left to right, and never goes back: what stands before the first {@code %} must be at
 * the start, what stands after the last one at the end, and each part between two of them is looked
 * for where the one before it ended. Taking the first place each time is enough, since a later one
 * leaves less text for the rest.
 *
 * <p>A part is looked for with one bit per character of it (Shift-And, Baeza-Yates and Gonnet
 * 1992), so a text of n characters costs at most n × ⌈m / 64⌉ steps for a pattern of m characters,
 * whatever both contain.
 */
final class LikePattern {

  private static final int ANY_CHARACTER = -1;
  private static final int NO_CHARACTER = -2;
  private static final int WORD = Long.SIZE;

  private final int[] start;
  private final List<Part> between;
  private final int[] end;
  private final boolean whole;

  private LikePattern(int[] start, List<Part> between, int[] end, boolean whole) {
    this.start = start;
    this.between = between;
    this.end = end;
    this.whole = whole;
  }

  /** A pattern without escape character. */
  static LikePattern of(String pattern) {
    return of(pattern, NO_CHARACTER);
  }

  /**
   * A pattern in which {@code escape} takes the meaning from the character after it.
   *
   * @throws IllegalArgumentException nothing follows the escape character
   */
  static LikePattern of(String pattern, int escape) {
    List<int[]> parts = new ArrayList<>();
    int[] part = new int[pattern.length()];
    int length = 0;
    int[] characters = pattern.codePoints().toArray();
    for (int i = 0; i < characters.length; i++) {
      int c = characters[i];
      if (c == escape) {
        if (++i == characters.length) {
          throw new IllegalArgumentException("nothing follows the escape character");
        }
        part[length++] = characters[i];
      } else if (c == '%') {
        parts.add(Arrays.copyOf(part, length));
        length = 0;
      } else {
        part[length++] = c == '_' ? ANY_CHARACTER : c;
      }
    }
    int[] last = Arrays.copyOf(part, length);
    if (parts.isEmpty()) {
      return new LikePattern(last, List.of(), new int[0], true);
    }
    List<Part> between = new ArrayList<>();
    for (int[] middle : parts.subList(1, parts.size())) {
      if (middle.length > 0) {
        between.add(new Part(middle));
      }
    }
    return new LikePattern(parts.get(0), List.copyOf(between), last, false);
  }

  /** Whether the whole text fits the pattern. */
  boolean matches(Text text) {
    return matches(new Utf8Cursor(text));
  }

  /** Whether the text of a cursor that has not moved yet fits; the cursor says what it took. */
  boolean matches(Utf8Cursor text) {
    if (!isNext(start, text)) {
      return false;
    }
    if (whole) {
      return text.atEnd();
    }
    for (int i = 0; i < between.size(); i++) {
      if (!between.get(i).find(text)) {
        return false;
      }
    }
    return text.toLast(end.length) && isNext(end, text);
  }

  private static boolean isNext(int[] wanted, Utf8Cursor text) {
    for (int c : wanted) {
      if (text.atEnd()) {
        return false;
      }
      int found = text.next();
      if (c != ANY_CHARACTER && c != found) {
        return false;
      }
    }
    return true;
  }

  /** What stands between two {@code %}. */
  private static final class Part {
    private final int length;
    private final int words;
    private final int[] alphabet;
    // Row i has the bits of the places where alphabet[i] fits; the last row those for all others.
    private final long[] fits;

    Part(int[] characters) {
      length = characters.length;
      words = (length + WORD - 1) / WORD;
      alphabet =
          Arrays.stream(characters).filter(c -> c != ANY_CHARACTER).sorted().distinct().toArray();
      fits = new long[(alphabet.length + 1) * words];
      for (int i = 0; i < length; i++) {
        if (characters[i] != ANY_CHARACTER) {
          allow(Arrays.binarySearch(alphabet, characters[i]), i);
          continue;
        }
        for (int row = 0; row <= alphabet.length; row++) {
          allow(row, i);
        }
      }
    }

    private void allow(int row, int place) {
      fits[row * words + place / WORD] |= 1L << (place % WORD);
    }

    /** Moves to the end of the first place that fits; false when there is none. */
    boolean find(Utf8Cursor text) {
      long[] state = new long[words];
      long found = 1L << ((length - 1) % WORD);
      while (!text.atEnd()) {
        int index = Arrays.binarySearch(alphabet, text.next());
        int row = (index < 0 ? alphabet.length : index) * words;
        long carry = 1;
        for (int w = 0; w < words; w++) {
          long shifted = (state[w] << 1) | carry;
          carry = state[w] >>> (WORD - 1);
          state[w] = shifted & fits[row + w];
        }
        text.steps += words - 1;
        if ((state[words - 1] & found) != 0) {
          return true;
        }
      }
      return false;
    }
  }
}
