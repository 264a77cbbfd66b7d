package dev.holdfast.broker.amqp.filter;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.selector.StoredFields;
import dev.holdfast.storage.StoredMessage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;

/**
 * The filters of a source that look at messages: a message has to pass all of them. Equal to
 * another that asks for the same, in whatever order and spelling. Evaluated by the owner thread.
 */
public final class WireFilter implements MessageFilter {

  private static final int MAX_BYTES = 4 * 1024;

  private final List<FilterPart> parts;
  private final byte[] encoded;
  private final StoredFields fields = new StoredFields();

  private WireFilter(List<FilterPart> parts, byte[] encoded) {
    this.parts = parts;
    this.encoded = encoded;
  }

  /**
   * Makes one of at least one part.
   *
   * @throws FilterException it is too large
   */
  static WireFilter of(List<FilterPart> parts, ColdCodec codec) {
    byte[] encoded = WireFilterCodec.encode(parts, codec);
    if (encoded.length > MAX_BYTES) {
      throw new FilterException("the filters of a source may take 4096 bytes in all");
    }
    return new WireFilter(List.copyOf(parts), encoded);
  }

  /**
   * A JMS selector alone.
   *
   * @return null: it is blank, and every message passes
   * @throws FilterException it cannot be used; the message says where it is wrong
   */
  public static @Nullable WireFilter selector(String text) {
    List<FilterPart> parts = FilterPart.read(FilterKind.SELECTOR, text).stream().toList();
    return parts.isEmpty() ? null : of(parts, new ColdCodec());
  }

  /** The text of its JMS selector; null: it has none, or it is another kind of filter. */
  public @Nullable String selectorText() {
    for (FilterPart part : parts) {
      if (part.kind() == FilterKind.SELECTOR) {
        return String.valueOf(part.value());
      }
    }
    return null;
  }

  @Override
  public boolean matches(StoredMessage message, int deliveryCount) {
    fields.of(message, deliveryCount);
    boolean wanted = true;
    for (int i = 0; wanted && i < parts.size(); i++) {
      wanted = parts.get(i).filter().matches(fields);
    }
    fields.clear();
    return wanted;
  }

  @Override
  public byte[] encoded() {
    return encoded;
  }

  /** The filters as a source has them, under their usual keys. */
  Map<Symbol, Object> filterSet() {
    Map<Symbol, Object> set = new LinkedHashMap<>();
    for (FilterPart part : parts) {
      Symbol key = part.kind().key();
      for (int i = 2; set.containsKey(key); i++) {
        key = Symbol.valueOf(part.kind().key() + "-" + i);
      }
      set.put(key, part.described());
    }
    return set;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof WireFilter filter && Arrays.equals(encoded, filter.encoded);
  }

  @Override
  public int hashCode() {
    return ByteBuffer.wrap(encoded).hashCode();
  }
}
