package dev.holdfast.broker.selector;

import org.jspecify.annotations.Nullable;

/**
 * Two numbers made one, by Java's rules: integers stay integers and wrap, anything else is double.
 * Unknown when an operand is no number, and for an integer divided by zero.
 */
record Arithmetic(Operator operator, Expression left, Expression right) implements Expression {

  /** Arithmetic operators. */
  enum Operator {
    /** Sum. */
    PLUS,
    /** Difference. */
    MINUS,
    /** Product. */
    TIMES,
    /** Quotient. */
    OVER;

    private @Nullable Number apply(long a, long b) {
      return switch (this) {
        case PLUS -> a + b;
        case MINUS -> a - b;
        case TIMES -> a * b;
        case OVER -> b == 0 ? null : (Number) (a / b);
      };
    }

    private double apply(double a, double b) {
      return switch (this) {
        case PLUS -> a + b;
        case MINUS -> a - b;
        case TIMES -> a * b;
        case OVER -> a / b;
      };
    }
  }

  @Override
  public @Nullable Object value(MessageFields message) {
    Object a = left.value(message);
    Object b = right.value(message);
    if (a instanceof Long i && b instanceof Long k) {
      return operator.apply(i.longValue(), k.longValue());
    }
    if (a instanceof Number m && b instanceof Number n) {
      return operator.apply(m.doubleValue(), n.doubleValue());
    }
    return null;
  }

  @Override
  public StaticType type() {
    return StaticType.NUMBER;
  }

  /** A sign before a number. */
  record Sign(boolean negative, Expression operand) implements Expression {
    @Override
    public @Nullable Object value(MessageFields message) {
      Object value = operand.value(message);
      if (!(value instanceof Number number)) {
        return null;
      }
      if (!negative) {
        return number;
      }
      return number instanceof Long i ? (Number) (-i) : (Number) (-number.doubleValue());
    }

    @Override
    public StaticType type() {
      return StaticType.NUMBER;
    }
  }
}
