package dev.holdfast.broker.selector;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What selectors mean: Jakarta Messaging 3.1 §3.8.1, line by line. */
class SelectorSemanticsTest {

  /** Everything that the tables name; {@code missing} is nowhere. */
  private static Message message() {
    return new Message()
        .with("yes", true)
        .with("no", false)
        .with("five", 5)
        .with("half", 0.5)
        .with("float", (double) 1.1f)
        .with("max", Long.MAX_VALUE)
        .with("min", Long.MIN_VALUE)
        .with("huge", new BigInteger("18446744073709551615"))
        .with("nan", Double.NaN)
        .with("name", "north")
        .with("quoted", "it's")
        .with("digits", "5")
        .with("empty", "")
        .with("lines", "a\nb")
        .with("wide", "é𝒜")
        .with("percent", "50%_\\")
        .with("id", UUID.fromString("00000000-0000-0001-0000-00000000000A"))
        .with("blob", ByteBuffer.wrap(new byte[] {1, 2}))
        .with("list", Incomparable.VALUE)
        .with("a-b c", 7)
        .with("Name", "other");
  }

  @ParameterizedTest
  @CsvSource({
    // Tables 3-4 to 3-6 of the specification.
    "yes AND yes, TRUE",
    "yes AND no, FALSE",
    "yes AND missing, UNKNOWN",
    "no AND yes, FALSE",
    "no AND no, FALSE",
    "no AND missing, FALSE",
    "missing AND yes, UNKNOWN",
    "missing AND no, FALSE",
    "missing AND missing, UNKNOWN",
    "yes OR yes, TRUE",
    "yes OR no, TRUE",
    "yes OR missing, TRUE",
    "no OR yes, TRUE",
    "no OR no, FALSE",
    "no OR missing, UNKNOWN",
    "missing OR yes, TRUE",
    "missing OR no, UNKNOWN",
    "missing OR missing, UNKNOWN",
    "NOT yes, FALSE",
    "NOT no, TRUE",
    "NOT missing, UNKNOWN",
    "NOT NOT yes, TRUE",
    "NOT NOT missing, UNKNOWN",
    // A condition that is not boolean is false.
    "five, FALSE",
    "name AND yes, FALSE",
    "NOT name, TRUE",
    "list OR no, FALSE",
    // Precedence: NOT before AND before OR; comparison before NOT.
    "yes OR yes AND no, TRUE",
    "(yes OR yes) AND no, FALSE",
    "no AND no OR yes, TRUE",
    "no AND (no OR yes), FALSE",
    "NOT no AND no, FALSE",
    "NOT (no AND no), TRUE",
    "NOT five = 6, TRUE",
    "NOT no OR yes, TRUE",
    "NOT (no OR yes), FALSE",
    "TRUE, TRUE",
    "FALSE, FALSE",
    "TRUE AND NOT FALSE, TRUE",
    "yes = TRUE, TRUE",
    "no = FALSE, TRUE",
    "TRUE = no, FALSE",
    "yes <> no, TRUE",
    "yes <> yes, FALSE",
    "(five = 5) = yes, TRUE",
    "(five = 5) = (missing = 5), UNKNOWN",
    "(yes), TRUE",
  })
  void logic(String selector, Outcome outcome) {
    assertThat(Outcome.of(selector, message())).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "five = 5, TRUE",
    "5 = five, TRUE",
    "five = 5.0, TRUE",
    "five = 5L, TRUE",
    "five = 5d, TRUE",
    "five = 5F, TRUE",
    "five = 0x5, TRUE",
    "five = 05, TRUE",
    "five = 0b101, TRUE",
    "five = 0X05l, TRUE",
    "five = 50e-1, TRUE",
    "five = +5, TRUE",
    "five = --5, TRUE",
    "five = 4, FALSE",
    "five <> 4, TRUE",
    "five <> 5, FALSE",
    "five < 5, FALSE",
    "five < 5.1, TRUE",
    "five <= 5, TRUE",
    "five > 4, TRUE",
    "five > 5, FALSE",
    "five >= 5, TRUE",
    "five >= 6, FALSE",
    "-five = -5, TRUE",
    "-five < -4, TRUE",
    "half = .5, TRUE",
    "half = 0.5f, TRUE",
    "half > 0, TRUE",
    "half < 1, TRUE",
    "half = 5E-1, TRUE",
    // Java's promotion: the float 1.1 is not the double 1.1.
    "float = 1.1, FALSE",
    "float = 1.1f, TRUE",
    // Integers are compared as integers: as doubles these would be equal.
    "max = 9223372036854775807, TRUE",
    "max = 9223372036854775806, FALSE",
    "max > 9223372036854775806, TRUE",
    "min = -9223372036854775808, TRUE",
    "min < -9223372036854775807, TRUE",
    "min = 0x8000000000000000, TRUE",
    "five < 0xFFFFFFFF, TRUE",
    "five > 0xFFFFFFFFFFFFFFFF, TRUE",
    "huge > max, TRUE",
    "huge = 18446744073709551615., TRUE",
    "-huge < min, TRUE",
    "nan = nan, FALSE",
    "nan <> nan, TRUE",
    "nan < 1, FALSE",
    "nan >= 1, FALSE",
    "five = missing, UNKNOWN",
    "missing <> 5, UNKNOWN",
    "missing < missing, UNKNOWN",
  })
  void numbers(String selector, Outcome outcome) {
    assertThat(Outcome.of(selector, message())).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "five + 1 = 6, TRUE",
    "five - 6 = -1, TRUE",
    "five * 2 = 10, TRUE",
    "five / 2 = 2, TRUE",
    "-five / 2 = -2, TRUE",
    "five / 2. = 2.5, TRUE",
    "five / 2d > 2, TRUE",
    "five + half = 5.5, TRUE",
    "1 + 2 * 3 = 7, TRUE",
    "(1 + 2) * 3 = 9, TRUE",
    "10 - 4 - 3 = 3, TRUE",
    "10 - (4 - 3) = 9, TRUE",
    "24 / 4 / 3 = 2, TRUE",
    "24 / 4 * 3 = 18, TRUE",
    "2 + -3 = -1, TRUE",
    "2 - -3 = 5, TRUE",
    "2--3 = 5, TRUE",
    "five+1=6, TRUE",
    "- five + 6 = 1, TRUE",
    "-(five + 1) = -6, TRUE",
    // Java's arithmetic wraps.
    "max + 1 = min, TRUE",
    "min - 1 = max, TRUE",
    "-min = min, TRUE",
    "min / -1 = min, TRUE",
    "five / 0 = 1, UNKNOWN",
    "five / 0 <> 1, UNKNOWN",
    "five / 0. > 1, TRUE",
    "five / (five - 5) = 0 OR yes, TRUE",
    "five + missing = 1, UNKNOWN",
    "missing * 0 = 0, UNKNOWN",
    "-missing = 1, UNKNOWN",
    // No string and no boolean is a number, whatever it spells.
    "name + 1 = 1, UNKNOWN",
    "digits + 1 = 6, UNKNOWN",
    "-digits = -5, UNKNOWN",
    "+digits = 5, UNKNOWN",
    "+five = 5, TRUE",
    "yes + 1 = 2, UNKNOWN",
    "huge + 1 > max, TRUE",
  })
  void arithmetic(String selector, Outcome outcome) {
    assertThat(Outcome.of(selector, message())).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "name = 'north', TRUE",
        "'north' = name, TRUE",
        "name = 'North', FALSE",
        "name <> 'south', TRUE",
        "name <> 'north', FALSE",
        "name = Name, FALSE",
        "Name = 'other', TRUE",
        "NAME = 'north', UNKNOWN",
        "name = 'north ', FALSE",
        "empty = '', TRUE",
        "empty <> '', FALSE",
        "quoted = 'it''s', TRUE",
        "quoted = 'it''''s', FALSE",
        "wide = 'é𝒜', TRUE",
        "'a' = 'a', TRUE",
        "'a' <> 'a', FALSE",
        "missing = 'north', UNKNOWN",
        "missing <> 'north', UNKNOWN",
        "id = '00000000-0000-0001-0000-00000000000a', TRUE",
        "\"a-b c\" = 7, TRUE",
        "\"name\" = 'north', TRUE",
        // Values of different types: false, whatever the operator.
        "name = 5, FALSE",
        "name <> 5, FALSE",
        "digits = 5, FALSE",
        "five = '5', FALSE",
        "five <> '5', FALSE",
        "yes = 1, FALSE",
        "yes <> 1, FALSE",
        "yes = 'true', FALSE",
        "name = yes, FALSE",
        "name <> yes, FALSE",
        "name < 5, FALSE",
        "name >= five, FALSE",
        "name > empty, FALSE",
        "name >= name, FALSE",
        "yes > no, FALSE",
        "blob = blob, FALSE",
        "blob <> name, FALSE",
        "list = list, FALSE",
        "list <> 1, FALSE",
        "NOT (name = 5), TRUE",
      })
  void texts(String selector, Outcome outcome) {
    assertThat(Outcome.of(selector, message())).isEqualTo(outcome);
  }

  @Test
  void textsMayHaveLines() {
    assertThat(Outcome.of("lines = 'a\nb'", message())).isEqualTo(Outcome.TRUE);
    assertThat(Outcome.of("lines LIKE 'a\n_'", message())).isEqualTo(Outcome.TRUE);
  }

  @ParameterizedTest
  @CsvSource({
    "five BETWEEN 5 AND 6, TRUE",
    "five BETWEEN 4 AND 5, TRUE",
    "five BETWEEN 6 AND 4, FALSE",
    "five BETWEEN 5.1 AND 6, FALSE",
    "five BETWEEN five AND five, TRUE",
    "five BETWEEN 2 + 2 AND 2 * 3, TRUE",
    "five + 1 BETWEEN 6 AND 6, TRUE",
    "half BETWEEN 0 AND 1, TRUE",
    "five NOT BETWEEN 5 AND 6, FALSE",
    "five NOT BETWEEN 6 AND 7, TRUE",
    "five NOT BETWEEN 1 AND 4, TRUE",
    "five BETWEEN 1 AND 9 AND no, FALSE",
    "five BETWEEN 1 AND 9 AND yes, TRUE",
    "NOT five BETWEEN 6 AND 9, TRUE",
    "missing BETWEEN 1 AND 2, UNKNOWN",
    "missing NOT BETWEEN 1 AND 2, UNKNOWN",
    // As the two comparisons that it stands for.
    "five BETWEEN missing AND 9, UNKNOWN",
    "five BETWEEN missing AND 4, FALSE",
    "five BETWEEN 6 AND missing, FALSE",
    "five BETWEEN 1 AND missing, UNKNOWN",
    "five NOT BETWEEN missing AND 4, TRUE",
    "five NOT BETWEEN missing AND 9, UNKNOWN",
    "five NOT BETWEEN 6 AND missing, TRUE",
    "five NOT BETWEEN 1 AND missing, UNKNOWN",
    "name BETWEEN 1 AND 2, FALSE",
    "name NOT BETWEEN 1 AND 2, FALSE",
    "NOT name BETWEEN 1 AND 2, TRUE",
    "five BETWEEN name AND 9, FALSE",
    "five BETWEEN name AND missing, FALSE",
  })
  void between(String selector, Outcome outcome) {
    assertThat(Outcome.of(selector, message())).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "name IN ('south', 'north') | TRUE",
        "name IN ('north') | TRUE",
        "name IN ('south', 'east') | FALSE",
        "name IN ('') | FALSE",
        "empty IN ('') | TRUE",
        "quoted IN ('x', 'it''s') | TRUE",
        "name NOT IN ('south') | TRUE",
        "name NOT IN ('north') | FALSE",
        "missing IN ('x') | UNKNOWN",
        "missing NOT IN ('x') | UNKNOWN",
        "five IN ('5') | FALSE",
        "five NOT IN ('5') | TRUE",
        "yes IN ('true') | FALSE",
        "name IS NULL | FALSE",
        "name IS NOT NULL | TRUE",
        "missing IS NULL | TRUE",
        "missing IS NOT NULL | FALSE",
        "empty IS NULL | FALSE",
        "no IS NULL | FALSE",
        "list IS NOT NULL | TRUE",
        "NOT missing IS NULL | FALSE",
        "missing IS NULL OR missing > 5 | TRUE",
        "missing IS NOT NULL AND missing > 5 | FALSE",
        "(name) IS NOT NULL | TRUE",
      })
  void membershipAndNull(String selector, Outcome outcome) {
    assertThat(Outcome.of(selector, message())).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "name LIKE 'north' | TRUE",
        "name LIKE 'nort' | FALSE",
        "name LIKE 'northern' | FALSE",
        "name LIKE 'n%' | TRUE",
        "name LIKE '%h' | TRUE",
        "name LIKE '%' | TRUE",
        "name LIKE '%%' | TRUE",
        "name LIKE 'n%h' | TRUE",
        "name LIKE 'n%x' | FALSE",
        "name LIKE '%ort%' | TRUE",
        "name LIKE '%o%t%' | TRUE",
        "name LIKE '%t%o%' | FALSE",
        "name LIKE '_____' | TRUE",
        "name LIKE '____' | FALSE",
        "name LIKE '______' | FALSE",
        "name LIKE 'n_r%' | TRUE",
        "name LIKE '%r_h' | TRUE",
        "name LIKE '%_____' | TRUE",
        "name LIKE '%______' | FALSE",
        "name LIKE 'nort%th' | FALSE",
        "name LIKE 'no%rth' | TRUE",
        "name LIKE 'NORTH' | FALSE",
        "name LIKE '' | FALSE",
        "empty LIKE '' | TRUE",
        "empty LIKE '%' | TRUE",
        "empty LIKE '_' | FALSE",
        "lines LIKE 'a%b' | TRUE",
        "lines LIKE 'a_b' | TRUE",
        "quoted LIKE 'it''_' | TRUE",
        "wide LIKE '__' | TRUE",
        "wide LIKE '_𝒜' | TRUE",
        "wide LIKE 'é_' | TRUE",
        "wide LIKE '%𝒜' | TRUE",
        "wide LIKE '___' | FALSE",
        "name LIKE 'n.*' | FALSE",
        "name NOT LIKE 'n%' | FALSE",
        "name NOT LIKE 's%' | TRUE",
        "missing LIKE '%' | UNKNOWN",
        "missing NOT LIKE '%' | UNKNOWN",
        "five LIKE '5' | FALSE",
        "five NOT LIKE '5' | TRUE",
        "percent LIKE '50!%!_\\' ESCAPE '!' | TRUE",
        "percent LIKE '%!%%' ESCAPE '!' | TRUE",
        "percent LIKE '50!_%' ESCAPE '!' | FALSE",
        "percent LIKE '50\\%\\_\\\\' ESCAPE '\\' | TRUE",
        "percent LIKE '5!0%' ESCAPE '!' | TRUE",
        "percent LIKE '50%%_\\' ESCAPE '%' | TRUE",
        "percent LIKE '50_%__\\' ESCAPE '_' | TRUE",
        "percent NOT LIKE '50!%%' ESCAPE '!' | FALSE",
        "wide LIKE '𝒜é𝒜𝒜' ESCAPE '𝒜' | TRUE",
      })
  void like(String selector, Outcome outcome) {
    assertThat(Outcome.of(selector, message())).isEqualTo(outcome);
  }
}
