package dev.holdfast.broker.selector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Selectors that nobody thought of: what they mean, and that they never do worse than be refused.
 */
class SelectorFuzzTest {

  private static final String TOO_MANY = "more than 64 names, literals and operators";

  private static Map<String, Object> randomMessage(Random random) {
    Map<String, Object> message = new HashMap<>();
    for (String name : new String[] {"a", "b", "c", "d", "e"}) {
      switch (random.nextInt(8)) {
        case 0, 1 -> message.put(name, RandomSelectors.text(random));
        case 2, 3 -> message.put(name, random.nextBoolean());
        case 4 -> message.put(name, null);
        case 5 -> message.put(name, Double.NaN);
        default -> message.put(name, RandomSelectors.numeric(random));
      }
    }
    return message;
  }

  private static StoredFields encoded(Map<String, Object> message) {
    Object[] entries =
        message.entrySet().stream()
            .flatMap(e -> java.util.stream.Stream.of(e.getKey(), e.getValue()))
            .toArray();
    return Sections.fields(Sections.encode(Sections.application(entries)));
  }

  @Test
  void meaningAgreesWithTheNaiveOne() {
    Random random = new Random(4_711);
    RandomSelectors selectors = new RandomSelectors(random);
    Map<Outcome, Integer> seen = new EnumMap<>(Outcome.class);
    for (int i = 0; i < 20_000; i++) {
      RandomSelectors.Part made = selectors.condition(1 + random.nextInt(4));
      Selector selector;
      try {
        selector = Selector.parse(made.text());
        Selector.parse("NOT (" + made.text() + ")");
      } catch (SelectorException large) {
        assertThat(large).as(made.text()).hasMessageEndingWith(TOO_MANY);
        continue;
      }
      for (int k = 0; k < 3; k++) {
        Map<String, Object> message = randomMessage(random);
        int truth = made.truth(message);
        Outcome expected = truth > 0 ? Outcome.TRUE : truth < 0 ? Outcome.FALSE : Outcome.UNKNOWN;
        Outcome actual = Outcome.of(made.text(), encoded(message));

        assertThat(actual).as("%s in %s", made.text(), message).isEqualTo(expected);
        assertThat(Outcome.of(selector.canonical(), encoded(message))).isEqualTo(actual);
        seen.merge(actual, 1, Integer::sum);
      }
    }
    // Otherwise the test would say little.
    assertThat(seen.values()).hasSize(3).allSatisfy(n -> assertThat(n).isGreaterThan(5_000));
  }

  @Test
  void whatIsNoSelectorIsRefusedInFixedWords() {
    Random random = new Random(815);
    RandomSelectors selectors = new RandomSelectors(random);
    StoredFields fields = encoded(randomMessage(random));
    int refused = 0;
    for (int i = 0; i < 30_000; i++) {
      String text = mutate(selectors.condition(1 + random.nextInt(3)).text(), random);
      try {
        Selector selector = Selector.parse(text);
        selector.matches(fields);
        assertThat(Selector.parse(selector.canonical()).canonical())
            .isEqualTo(selector.canonical());
      } catch (SelectorException malformed) {
        refused++;
        assertThat(malformed.getMessage())
            .as(text)
            .matches("invalid selector( at character [0-9]+)?: [A-Za-z0-9 ,.'()=<>]{10,80}")
            .doesNotContainPattern("(?i)exception|java|antlr|token|\\bEOF\\b");
        assertThat(malformed.position()).isBetween(0, text.codePointCount(0, text.length()) + 1);
      }
    }
    assertThat(refused).isGreaterThan(10_000);
  }

  private static String mutate(String text, Random random) {
    StringBuilder mutated = new StringBuilder(text);
    String noise =
        "()'\"=<>+-*/,._%!#$ \t\n0123456789eExXLlfFaAnNoOrRtTéλ𝒜\u0000\uFFFF\uD800;[]{}";
    String[] words = {"AND", "OR", "NOT", "IS", "NULL", "IN", "LIKE", "ESCAPE", "BETWEEN", "amqp."};
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(mutated.length() + 1);
      int end = Math.min(mutated.length(), at + random.nextInt(4));
      switch (random.nextInt(4)) {
        case 0 -> mutated.delete(at, end);
        case 1 -> mutated.insert(at, noise.charAt(random.nextInt(noise.length())));
        case 2 -> mutated.insert(at, " " + words[random.nextInt(words.length)] + " ");
        default -> mutated.insert(at, mutated.substring(at, end));
      }
    }
    return mutated.toString();
  }

  @Test
  void noiseIsRefused() {
    Random random = new Random(99);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder noise = new StringBuilder();
      for (int k = random.nextInt(60); k > 0; k--) {
        int codePoint = random.nextInt(random.nextBoolean() ? 0x80 : 0x11_0000);
        noise.appendCodePoint(codePoint);
      }
      try {
        Selector.parse(noise.toString()).matches(new Message());
      } catch (SelectorException malformed) {
        assertThat(malformed).hasMessageStartingWith("invalid selector");
      }
    }
  }
}
