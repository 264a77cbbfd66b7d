package dev.holdfast.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EscapesTest {
  private static final String ESC = "\u001b";

  @Test
  void leavesOrdinaryTextAlone() {
    assertThat(Escapes.line("orders.eu/$dead-letter Größe 注文 \ud83d\ude00 a\\b"))
        .isEqualTo("orders.eu/$dead-letter Größe 注文 \ud83d\ude00 a\\b");
  }

  @Test
  void takesTheForceOutOfTerminalSequences() {
    assertThat(Escapes.line("a" + ESC + "[2J\u009b31m\u0007\u007f"))
        .isEqualTo("a\\u{1b}[2J\\u{9b}31m\\u{7}\\u{7f}");
    assertThat(Escapes.line("one\r\ntwo\tthree")).isEqualTo("one\\r\\ntwo\\tthree");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0x202a, 0x202e, 0x2066, 0x2069, 0x200e, 0x200f, 0x061c, 0x200b, 0x2028, 0xfeff, 0xe0041
      })
  void showsWhatTurnsOrHidesText(int point) {
    String escaped = Escapes.line("a" + Character.toString(point) + "b");
    assertThat(escaped).isEqualTo("a\\u{" + Integer.toHexString(point) + "}b");
  }

  @Test
  void showsLoneSurrogates() {
    assertThat(Escapes.line("x\ud83d")).isEqualTo("x\\u{d83d}");
    assertThat(Escapes.line("\ude00x")).isEqualTo("\\u{de00}x");
  }

  @Test
  void keepsTheLinesOfABlock() {
    assertThat(Escapes.block("a\n\tb\r" + ESC)).isEqualTo("a\n\tb\\r\\u{1b}");
  }

  @Test
  void cutsLongTextWithoutCuttingACharacter() {
    assertThat(Escapes.brief("abcdefghij", 10)).isEqualTo("abcdefghij");
    assertThat(Escapes.brief("abcdefghijk", 10)).isEqualTo("abcdefg...");
    assertThat(Escapes.brief("abcdef\ud83d\ude00hijk", 10)).isEqualTo("abcdef...");
    assertThat(Escapes.brief("\n".repeat(50), 10)).hasSizeLessThanOrEqualTo(10).endsWith("...");
  }

  @Test
  void keepsTheValueOfJsonWhileEscapingIt() throws IOException {
    String hostile = "a" + ESC + "\u007f\u009b\u202e\ud83d\ude00\ue000\n";
    String json = Json.compact(Map.of("k", hostile));
    assertThat(json.chars().filter(c -> c < ' ' || c == 0x7f || c == 0x9b || c == 0x202e))
        .isEmpty();
    assertThat(Json.parse(json.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isEqualTo(Map.of("k", hostile));
  }
}
