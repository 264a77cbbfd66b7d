package dev.holdfast.broker.selector;

import static org.assertj.core.api.Assertions.assertThat;

/** What a selector says of a message. */
enum Outcome {
  TRUE,
  FALSE,
  UNKNOWN;

  /** Told from outside: unknown is what matches neither as it is nor negated. */
  static Outcome of(String selector, MessageFields message) {
    try {
      boolean wanted = Selector.parse(selector).matches(message);
      boolean unwanted = Selector.parse("NOT (" + selector + ")").matches(message);
      assertThat(wanted && unwanted).as(selector).isFalse();
      return wanted ? TRUE : unwanted ? FALSE : UNKNOWN;
    } catch (SelectorException malformed) {
      throw new AssertionError(selector + ": " + malformed.getMessage(), malformed);
    }
  }
}
