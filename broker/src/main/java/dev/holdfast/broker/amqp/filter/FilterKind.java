package dev.holdfast.broker.amqp.filter;

import java.util.Arrays;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.jspecify.annotations.Nullable;

/**
 * The filters that are known by their descriptors, number or symbol; the keys of a filter set are
 * the peer's own.
 */
enum FilterKind {
  /** JMS selector. */
  SELECTOR(0x0000_468C_0000_0004L, "apache.org:selector-filter:string", "jms-selector"),
  /** SQL filter (AMQP Filter Expressions 1.0). */
  SQL(0x120, "amqp:sql-filter", "sql-filter"),
  /** Not what the same container sends. */
  NO_LOCAL(0x0000_468C_0000_0003L, "apache.org:no-local-filter:list", "no-local"),
  /** Fields of the properties section (AMQP Filter Expressions 1.0 §4.2.4). */
  PROPERTIES(0x173, "amqp:properties-filter", "properties"),
  /** Application properties (§4.2.5). */
  APPLICATION_PROPERTIES(0x174, "amqp:application-properties-filter", "application-properties"),
  /** Where a new subscription starts; the broker's own, with a symbol alone. */
  START_FROM(0, "holdfast:start-from", "start-from");

  private final long code;
  private final String symbol;
  private final String key;

  FilterKind(long code, String symbol, String key) {
    this.code = code;
    this.symbol = symbol;
    this.key = key;
  }

  /** The kind with this descriptor; null: none that is known. */
  static @Nullable FilterKind of(Object descriptor) {
    return Arrays.stream(values())
        .filter(kind -> kind.symbol().equals(descriptor) || kind.hasCode(descriptor))
        .findFirst()
        .orElse(null);
  }

  private boolean hasCode(Object descriptor) {
    return code != 0 && descriptor instanceof UnsignedLong number && number.longValue() == code;
  }

  /** The symbolic descriptor. */
  Symbol symbol() {
    return Symbol.getSymbol(symbol);
  }

  /** The usual key in a filter set. */
  Symbol key() {
    return Symbol.getSymbol(key);
  }
}
