package dev.holdfast.broker.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a selector, and what is said of what is not. */
class SelectorSyntaxTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "flag | flag",
        "a=1 | a = 1",
        "not a | NOT a",
        "NOT(a)And not(b) | NOT ( a ) AND NOT ( b )",
        "a is null or a Is Not Null | a IS NULL OR a IS NOT NULL",
        "a between 1 and 2 and b | a BETWEEN 1 AND 2 AND b",
        "a in('x','it''s') | a IN ( 'x' , 'it''s' )",
        "a like 'x%' escape '!' | a LIKE 'x%' ESCAPE '!'",
        "a = true or b = False | a = TRUE OR b = FALSE",
        "And_ = 1 | And_ = 1",
        "a<>-1 | a <> - 1",
        "a<=1and b>=2 | a <= 1 AND b >= 2",
        "a='x'OR b | a = 'x' OR b",
        "\"NOT\" = 1 | \"NOT\" = 1",
        "amqp.group_id = 'x' | amqp.group_id = 'x'",
        "com.example.région = 'x' | com.example.région = 'x'",
        "$a_1 = 1 | $a_1 = 1",
        "_ = 1 | _ = 1",
        "é١.λ = 1 | é١.λ = 1",
        "𝒜 = 1 | 𝒜 = 1",
        "a = 0x1F or a = 017 or a = 0b11L | a = 0x1F OR a = 017 OR a = 0b11L",
        "a = 1. or a = .5 or a = 1e3 or a = 7D | a = 1. OR a = .5 OR a = 1e3 OR a = 7D",
        "(((a))) | ( ( ( a ) ) )",
      })
  void wordsHaveOneSpelling(String text, String canonical) throws SelectorException {
    Selector selector = Selector.parse(text);

    assertThat(selector.canonical()).isEqualTo(canonical);
    assertThat(selector.text()).isEqualTo(text);
    Selector again = Selector.parse(selector.canonical());
    assertThat(again).isEqualTo(selector).hasSameHashCodeAs(selector);
    assertThat(again.canonical()).isEqualTo(canonical);
    assertThat(Selector.parse(canonical + " AND TRUE")).isNotEqualTo(selector);
  }

  @Test
  void everyWhiteSpaceSeparates() throws SelectorException {
    assertThat(Selector.parse("  a\t=\n1\r\f").canonical()).isEqualTo("a = 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\r\n"})
  void nothingWantsEverything(String blank) throws SelectorException {
    assertThat(Selector.parse(blank).matches(new Message())).isTrue();
    assertThat(Selector.parse(blank).text()).isEqualTo(blank);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a b | 3 | expected an operator or the end",
        "a = b = c | 7 | expected an operator or the end",
        "a < 1 < 2 | 7 | expected an operator or the end",
        "a) | 2 | expected an operator or the end",
        "(a | 3 | expected an operator or ')'",
        "(a = 1 | 7 | expected an operator or ')'",
        "( a b ) | 5 | expected an operator or ')'",
        "a = | 4 | expected a name, a literal or '('",
        "= a | 1 | expected a name, a literal or '('",
        "a == 1 | 4 | expected a name, a literal or '('",
        "a AND | 6 | expected a name, a literal or '('",
        "a OR OR b | 6 | expected a name, a literal or '('",
        "NOT | 4 | expected a name, a literal or '('",
        "() | 2 | expected a name, a literal or '('",
        "((( | 4 | expected a name, a literal or '('",
        "a = NULL | 5 | expected a name, a literal or '('",
        "a = NOT b | 5 | expected a name, a literal or '('",
        "AND = 1 | 1 | expected a name, a literal or '('",
        "a < > 1 | 5 | expected a name, a literal or '('",
        "a + * b = 1 | 5 | expected a name, a literal or '('",
        "a NOT b | 7 | expected BETWEEN or IN or LIKE",
        "a NOT NULL | 7 | expected BETWEEN or IN or LIKE",
        "a IS 5 | 6 | expected NOT or NULL",
        "a IS NOT 5 | 10 | expected NULL",
        "a BETWEEN 1 | 12 | expected an arithmetic operator or AND",
        "a BETWEEN 1 OR 2 | 13 | expected an arithmetic operator or AND",
        "a IN 'x' | 6 | expected '('",
        "a IN () | 7 | expected a text in single quotes",
        "a IN ('x',) | 11 | expected a text in single quotes",
        "a IN (1, 2) | 7 | expected a text in single quotes",
        "a IN ('x' 'y') | 11 | expected ',' or ')'",
        "a LIKE b | 8 | expected a text in single quotes",
        "a LIKE 'x' ESCAPE 1 | 19 | expected a text in single quotes",
        "a = 'x | 5 | this text has no closing quote",
        "a = 'it''s | 5 | this text has no closing quote",
        "\"a = 1 | 1 | this name is empty or has no closing quote",
        "\"\" = 1 | 1 | this name is empty or has no closing quote",
        "a # 1 | 3 | this character has no meaning here",
        "a != 1 | 3 | this character has no meaning here",
        "a % 2 = 0 | 3 | this character has no meaning here",
        "a = 1; | 6 | this character has no meaning here",
        "a-b.c. = 1 | 6 | this character has no meaning here",
        "[a] = 1 | 1 | this character has no meaning here",
        "a = 1 | 2 | this character has no meaning here",
        "é.١ = 1 | 3 | this character has no meaning here",
        "a AND é→b | 8 | this character has no meaning here",
        "'𝒜' = a b | 9 | expected an operator or the end",
        "1 | 1 | expected a condition",
        "'x' | 1 | expected a condition",
        "a + 1 | 1 | expected a condition",
        "NOT 5 | 5 | expected a condition",
        "a AND 5 | 7 | expected a condition",
        "'x' OR a | 1 | expected a condition",
        "a AND (b + 1) | 7 | expected a condition",
        "-'a' = 1 | 2 | expected a number",
        "a + TRUE = 1 | 5 | expected a number",
        "'a' * 2 = 1 | 1 | expected a number",
        "-(a = 1) = 1 | 2 | expected a number",
        "a BETWEEN 'x' AND 2 | 11 | expected a number",
        "TRUE BETWEEN 1 AND 2 | 1 | expected a number",
        "5 LIKE 'x' | 1 | expected a name before IN, LIKE and IS",
        "'x' IN ('x') | 1 | expected a name before IN, LIKE and IS",
        "a + 1 IS NULL | 1 | expected a name before IN, LIKE and IS",
        "a > 'b' | 3 | texts and booleans compare with '=' and '<>' only",
        "TRUE <= a | 6 | texts and booleans compare with '=' and '<>' only",
        "1 = 'a' | 3 | values of different types are never equal",
        "(a = 1) <> 2 | 9 | values of different types are never equal",
        "a LIKE 'x' ESCAPE '' | 19 | the escape must be one character",
        "a LIKE 'x' ESCAPE 'xx' | 19 | the escape must be one character",
        "a LIKE 'x!' ESCAPE '!' | 8 | nothing follows the escape character in this pattern",
        "amqp.nothing = 1 | 1 | no field has this name after 'amqp.'",
        "09 = 1 | 1 | this number is malformed or outside the range of its type",
        "a = 1e999 | 5 | this number is malformed or outside the range of its type",
        "a = 1e39f | 5 | this number is malformed or outside the range of its type",
        "a = 9223372036854775808 | 5 | this number is malformed or outside the range of its type",
        "a = -9223372036854775809 | 6 | this number is malformed or outside the range of its type",
        "a = 0x1FFFFFFFFFFFFFFFF | 5 | this number is malformed or outside the range of its type",
      })
  void mistakesAreNamedWhereTheyAre(String text, int position, String problem) {
    assertThatThrownBy(() -> Selector.parse(text))
        .isInstanceOfSatisfying(
            SelectorException.class, e -> assertThat(e.position()).isEqualTo(position))
        .hasMessage("invalid selector at character " + position + ": " + problem);
  }

  @Test
  void lengthIsLimitedInBytes() throws SelectorException {
    String fits = "a = '" + "x".repeat(Selector.MAX_BYTES - 6) + "'";
    Selector.parse(fits);

    assertThatThrownBy(() -> Selector.parse(fits.replaceFirst("x", "xx")))
        .isInstanceOfSatisfying(
            SelectorException.class,
            e -> assertThat(e.position()).isEqualTo(SelectorException.NOWHERE))
        .hasMessage("invalid selector: it has more than 1024 bytes");
    assertThatThrownBy(() -> Selector.parse(fits.replaceFirst("x", "é")))
        .hasMessage("invalid selector: it has more than 1024 bytes");
  }

  @Test
  void termsAreLimited() throws SelectorException {
    String sixteen = "a = 1" + " AND a = 1".repeat(15);
    Selector.parse(sixteen);
    Selector.parse("NOT " + sixteen);

    assertThatThrownBy(() -> Selector.parse("NOT NOT " + sixteen))
        .hasMessage(
            "invalid selector at character 163: more than 64 names, literals and operators");
  }

  @Test
  void depthIsLimitedBeforeAnythingRecurses() throws Exception {
    Selector.parse("(".repeat(32) + "a" + ")".repeat(32));
    String deep = "invalid selector at character 33: parentheses more than 32 deep";
    assertThatThrownBy(() -> Selector.parse("(".repeat(33) + "a" + ")".repeat(33)))
        .hasMessage(deep);

    // What limits allow must fit the smallest stack, and a thousand of anything must not grow it.
    AtomicReference<String> first = new AtomicReference<>();
    Thread small =
        new Thread(
            null,
            () -> {
              accept("(".repeat(32) + "NOT ".repeat(63) + "a" + ")".repeat(32));
              accept("(NOT ".repeat(32) + "a" + ")".repeat(32));
              accept("a = " + "- ".repeat(61) + "1");
              accept("a = " + "(-".repeat(32) + "1" + ")".repeat(32));
              first.set(message("(".repeat(1_000)));
              message("(".repeat(500) + "a" + ")".repeat(500));
              message("-".repeat(1_000));
              message("NOT ".repeat(250));
              message("NOT(".repeat(250));
            },
            "small stack",
            200_000);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    small.setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
    small.start();
    small.join();

    assertThat(failure).hasNullValue();
    assertThat(first).hasValue(deep);
  }

  private static void accept(String text) {
    try {
      Selector.parse(text).matches(new Message());
    } catch (SelectorException refused) {
      throw new AssertionError(refused);
    }
  }

  private static String message(String text) {
    try {
      Selector.parse(text);
      throw new AssertionError("accepted: " + text);
    } catch (SelectorException refused) {
      return refused.getMessage();
    }
  }
}
