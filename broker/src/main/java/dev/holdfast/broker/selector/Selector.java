package dev.holdfast.broker.selector;

import org.jspecify.annotations.Nullable;

/**
 * A JMS message selector (AMQP filter {@code apache.org:selector-filter:string}), or an SQL filter,
 * which is the same with other names. Equal to another when both consist of the same words, however
 * they are spaced and whatever the case of keywords.
 */
public final class Selector implements MessageFilter {

  /** A selector may have this many bytes of UTF-8. */
  public static final int MAX_BYTES = 1_024;

  /** Names, literals and operators in one selector; NOT, AND and so on count as operators. */
  public static final int MAX_TERMS = 64;

  /** Parentheses inside each other. */
  public static final int MAX_NESTING = 32;

  private final String text;
  private final String canonical;
  private final Expression condition;

  Selector(String text, String canonical, Expression condition) {
    this.text = text;
    this.canonical = canonical;
    this.condition = condition;
  }

  /**
   * Parses a selector. One that is empty or blank wants every message, as JMS has it. The same text
   * always gives the same selector, so it is enough to keep {@link #text()}.
   *
   * @throws SelectorException it is malformed or exceeds a limit; says where and what was expected
   */
  public static Selector parse(String text) throws SelectorException {
    return SelectorSyntax.parse(text, Dialect.JMS);
  }

  /**
   * Parses an SQL filter of AMQP Filter Expressions 1.0 (AMQP filter {@code amqp:sql-filter}):
   * names have sections, texts either kind of quotes, numbers are decimal. Compares with others of
   * its kind only.
   *
   * @throws SelectorException it is malformed, exceeds a limit, or uses what is not offered; says
   *     where
   */
  public static Selector parseSql(String text) throws SelectorException {
    return SelectorSyntax.parse(text, Dialect.SECTIONS);
  }

  @Override
  public boolean matches(MessageFields message) {
    Boolean wanted = Condition.truth(condition.value(message));
    return wanted != null && wanted;
  }

  /** As it was given. */
  public String text() {
    return text;
  }

  /** The words with one space between them, keywords in capitals. Parses to an equal selector. */
  public String canonical() {
    return canonical;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Selector selector && selector.canonical.equals(canonical);
  }

  @Override
  public int hashCode() {
    return canonical.hashCode();
  }

  @Override
  public String toString() {
    return canonical;
  }
}
