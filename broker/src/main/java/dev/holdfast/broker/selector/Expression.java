package dev.holdfast.broker.selector;

import org.jspecify.annotations.Nullable;

/**
 * A part of a selector, which has a value in each message. Immutable; any thread.
 *
 * <p>Values are those of {@link MessageFields}; {@code null} is SQL's unknown. Names are read anew
 * each time, so a value costs what reading it costs.
 */
interface Expression {

  /** The value in this message. */
  @Nullable Object value(MessageFields message);

  /** Its type. */
  StaticType type();

  /** A literal. */
  record Literal(Object constant, StaticType type) implements Expression {
    @Override
    public Object value(MessageFields message) {
      return constant;
    }
  }

  /** A header, property or annotation. */
  record Name(FieldSource source) implements Expression {
    @Override
    public @Nullable Object value(MessageFields message) {
      return source.read(message);
    }

    @Override
    public StaticType type() {
      return StaticType.ANY;
    }
  }
}
