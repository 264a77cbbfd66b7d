package dev.holdfast.broker.amqp.filter;

import dev.holdfast.broker.selector.MessageFilter;
import dev.holdfast.broker.selector.PropertyFilter;
import dev.holdfast.broker.selector.Selector;
import dev.holdfast.broker.selector.SelectorException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.qpid.proton.amqp.Binary;
import org.jspecify.annotations.Nullable;

/**
 * One filter that looks at messages.
 *
 * @param kind which
 * @param value as it is stored: texts in one spelling, maps in one order
 * @param filter what it does
 */
record FilterPart(FilterKind kind, Object value, MessageFilter filter) {

  /**
   * Reads one; empty when it wants every message.
   *
   * @throws FilterException it cannot be used
   */
  static Optional<FilterPart> read(FilterKind kind, @Nullable Object value) {
    try {
      return switch (kind) {
        case SELECTOR, SQL -> selector(kind, value);
        default -> Optional.of(properties(kind, value));
      };
    } catch (SelectorException unusable) {
      throw new FilterException(String.valueOf(unusable.getMessage()));
    }
  }

  private static Optional<FilterPart> selector(FilterKind kind, @Nullable Object value)
      throws SelectorException {
    if (!(value instanceof CharSequence text)) {
      throw new FilterException("invalid selector: it is not a string");
    }
    if (text.toString().isBlank()) {
      return Optional.empty();
    }
    Selector selector =
        kind == FilterKind.SQL
            ? Selector.parseSql(text.toString())
            : Selector.parse(text.toString());
    return Optional.of(new FilterPart(kind, selector.canonical(), selector));
  }

  private static FilterPart properties(FilterKind kind, @Nullable Object value)
      throws SelectorException {
    if (!(value instanceof Map<?, ?> map)) {
      throw new FilterException("invalid property filter: it is not a map");
    }
    Map<String, @Nullable Object> stored = new TreeMap<>();
    Map<String, @Nullable Object> expected = new TreeMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!(entry.getKey() instanceof CharSequence name)) {
        throw new FilterException("invalid property filter: a key is neither symbol nor string");
      }
      stored.put(name.toString(), entry.getValue());
      expected.put(name.toString(), comparable(entry.getValue()));
    }
    MessageFilter filter =
        kind == FilterKind.PROPERTIES
            ? PropertyFilter.onProperties(expected)
            : PropertyFilter.onApplicationProperties(expected);
    return new FilterPart(kind, stored, filter);
  }

  private static @Nullable Object comparable(@Nullable Object value) {
    return value instanceof Binary binary
        ? ByteBuffer.wrap(binary.getArray(), binary.getArrayOffset(), binary.getLength())
        : value;
  }

  /** As it is stored and sent. */
  Described described() {
    return new Described(kind.symbol(), value);
  }
}
