package dev.holdfast.broker.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LikePatternTest {

  private static final int KIB = 1_024;

  /** The definition, character by character: slow, and obviously right. */
  private static boolean fits(int[] pattern, int[] text) {
    boolean[] reached = new boolean[text.length + 1];
    reached[0] = true;
    for (int c : pattern) {
      boolean[] next = new boolean[text.length + 1];
      for (int i = 0; i <= text.length; i++) {
        if (c == '%') {
          next[i] = reached[i] || (i > 0 && next[i - 1]);
        } else {
          next[i] = i > 0 && reached[i - 1] && (c == '_' || c == text[i - 1]);
        }
      }
      reached = next;
    }
    return reached[text.length];
  }

  private static String random(Random random, String characters, int length) {
    int[] from = characters.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(from[random.nextInt(from.length)]);
    }
    return text.toString();
  }

  @Test
  void agreesWithTheDefinition() {
    Random random = new Random(42);
    int hits = 0;
    for (int i = 0; i < 50_000; i++) {
      String letters = i % 2 == 0 ? "ab" : "aé𝒜";
      String pattern = random(random, letters + (i % 3 == 0 ? "%" : "%%_"), random.nextInt(9));
      String text = random(random, letters, random.nextInt(13));
      boolean expected = fits(pattern.codePoints().toArray(), text.codePoints().toArray());

      assertThat(LikePattern.of(pattern).matches(Text.of(text)))
          .as("'%s' LIKE '%s'", text, pattern)
          .isEqualTo(expected);
      hits += expected ? 1 : 0;
    }
    assertThat(hits).isBetween(5_000, 45_000);
  }

  @Test
  void longPartsAgreeWithTheDefinition() {
    // More than 64 characters between two % need more than one word of bits.
    Random random = new Random(43);
    int hits = 0;
    for (int i = 0; i < 2_000; i++) {
      int length = 60 + random.nextInt(80);
      String part = random(random, "aaaaab", length);
      String text = random(random, "ab", random.nextInt(9)) + part + random(random, "ab", 5);
      StringBuilder holes = new StringBuilder(part);
      for (int k = 0; k < length; k += 1 + random.nextInt(20)) {
        holes.setCharAt(k, random.nextInt(30) == 0 ? 'b' : '_');
      }
      String pattern = "%" + holes + "%";
      boolean expected = fits(pattern.codePoints().toArray(), text.codePoints().toArray());

      assertThat(LikePattern.of(pattern).matches(Text.of(text))).as(pattern).isEqualTo(expected);
      hits += expected ? 1 : 0;
    }
    assertThat(hits).isBetween(200, 1_800);
  }

  @Test
  void workIsLinearForEveryPattern() {
    Random random = new Random(44);
    for (int i = 0; i < 10_000; i++) {
      String pattern = adversarial(random, i);
      String text = i % 2 == 0 ? "a".repeat(4 * KIB) : "ab".repeat(2 * KIB);
      Utf8Cursor cursor = new Utf8Cursor(Text.of(text));

      LikePattern.of(pattern).matches(cursor);

      long words = (pattern.length() + 63) / 64;
      assertThat(cursor.steps)
          .as("steps for %s", pattern)
          .isLessThanOrEqualTo(text.length() * words + 2L * pattern.length());
    }
  }

  /** Patterns of up to 1,000 characters that nearly fit everywhere: what backtracking dies of. */
  private static String adversarial(Random random, int i) {
    int length = 1 + random.nextInt(999);
    String last = random.nextBoolean() ? "b" : "c";
    return switch (i % 6) {
      case 0 -> "%a".repeat(length / 2) + last;
      case 1 -> "%" + "a".repeat(length) + last + "%";
      case 2 -> "%" + "_".repeat(length / 2) + "a".repeat(length / 2) + last + "%";
      case 3 -> "%_a".repeat(length / 3) + "%" + last;
      case 4 -> random(random, "aaab_%", length);
      default -> "%" + random(random, "ab_", length / 2) + "%" + random(random, "ab_", length / 2);
    };
  }

  @Test
  void worksOnPartOfAnArrayAndOnBytesThatAreNoText() {
    byte[] bytes = "xxnorthxx".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(LikePattern.of("n%h").matches(new Text(bytes, 2, 7))).isTrue();

    Random random = new Random(45);
    for (int i = 0; i < 20_000; i++) {
      byte[] noise = new byte[random.nextInt(12)];
      random.nextBytes(noise);
      int from = random.nextInt(noise.length + 1);
      LikePattern.of(random(random, "a%_é", 6)).matches(new Text(noise, from, noise.length));
    }
  }

  @Test
  void theEscapeNeedsSomethingAfterIt() {
    assertThatThrownBy(() -> LikePattern.of("a!", '!'))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(LikePattern.of("a!!", '!').matches(Text.of("a!"))).isTrue();
  }
}
