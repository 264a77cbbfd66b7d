package dev.holdfast.broker.amqp.filter;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.StartFrom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * The filters of one source that are known. Unknown ones are left out, and so are missing in the
 * reply: that is how a peer learns that they are not applied (part 3 §3.5.1).
 */
public final class FilterSet {

  /** Of a source without filters. */
  public static final FilterSet NONE = new FilterSet(null, false, StartFrom.LATEST, Map.of());

  private final @Nullable WireFilter filter;
  private final boolean noLocal;
  private final StartFrom start;
  private final Map<FilterKind, Map<Symbol, Object>> asked;

  private FilterSet(
      @Nullable WireFilter filter,
      boolean noLocal,
      StartFrom start,
      Map<FilterKind, Map<Symbol, Object>> asked) {
    this.filter = filter;
    this.noLocal = noLocal;
    this.start = start;
    this.asked = asked;
  }

  /**
   * Reads a filter set.
   *
   * @param filters as the source has them
   * @throws FilterException a known filter that cannot be used
   */
  public static FilterSet read(@Nullable Map<?, ?> filters, ColdCodec codec) {
    if (filters == null || filters.isEmpty()) {
      return NONE;
    }
    Map<FilterKind, Map<Symbol, Object>> asked = new EnumMap<>(FilterKind.class);
    List<FilterPart> parts = new ArrayList<>();
    StartFrom start = StartFrom.LATEST;
    for (Map.Entry<?, ?> entry : filters.entrySet()) {
      if (!(entry.getValue() instanceof DescribedType described)) {
        continue;
      }
      FilterKind kind = FilterKind.of(described.getDescriptor());
      if (kind == null) {
        continue;
      }
      asked
          .computeIfAbsent(kind, k -> new LinkedHashMap<>())
          .put(Symbol.valueOf(String.valueOf(entry.getKey())), described);
      switch (kind) {
        case NO_LOCAL -> {
          // Its value says nothing.
        }
        case START_FROM -> start = StartPlaces.read(described.getDescribed());
        default -> FilterPart.read(kind, described.getDescribed()).ifPresent(parts::add);
      }
    }
    return new FilterSet(
        parts.isEmpty() ? null : WireFilter.of(parts, codec),
        asked.containsKey(FilterKind.NO_LOCAL),
        start,
        asked);
  }

  /** What messages have to pass; null: all do. */
  public @Nullable WireFilter filter() {
    return filter;
  }

  /** Whether what the same container sends is left out. */
  public boolean noLocal() {
    return noLocal;
  }

  /** Where a new subscription starts. */
  public StartFrom start() {
    return start;
  }

  /** The filters that are really applied, for the reply; null when there are none. */
  public @Nullable Map<Symbol, Object> applied(OpenedSource opened) {
    Map<Symbol, Object> applied = new LinkedHashMap<>();
    boolean asAsked = same(opened.filter(), filter);
    asked.forEach(
        (kind, entries) -> {
          boolean holds =
              switch (kind) {
                case NO_LOCAL -> opened.noLocal();
                case START_FROM -> opened.kind() == NodeKind.TOPIC;
                default -> asAsked;
              };
          if (holds) {
            applied.putAll(entries);
          }
        });
    if (!asAsked && opened.filter() instanceof WireFilter stored) {
      applied.putAll(stored.filterSet());
    }
    if (opened.noLocal() && !noLocal) {
      applied.put(
          FilterKind.NO_LOCAL.key(), new Described(FilterKind.NO_LOCAL.symbol(), List.of()));
    }
    return applied.isEmpty() ? null : applied;
  }

  private static boolean same(
      dev.holdfast.broker.domain.@Nullable MessageFilter a, @Nullable WireFilter b) {
    if (a == null || b == null) {
      return a == b;
    }
    return Arrays.equals(a.encoded(), b.encoded());
  }
}
