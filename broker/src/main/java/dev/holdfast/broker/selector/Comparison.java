package dev.holdfast.broker.selector;

import org.jspecify.annotations.Nullable;

/** Two values beside each other. */
record Comparison(Operator operator, Expression left, Expression right) implements Condition {

  /** Comparison operators. */
  enum Operator {
    /** Equal. */
    EQ,
    /** Not equal. */
    NE,
    /** Less. */
    LT,
    /** Less or equal. */
    LE,
    /** Greater. */
    GT,
    /** Greater or equal. */
    GE;

    /** Whether it asks for an order, which only numbers have. */
    boolean ordering() {
      return this != EQ && this != NE;
    }

    private boolean holds(long left, long right) {
      return switch (this) {
        case EQ -> left == right;
        case NE -> left != right;
        case LT -> left < right;
        case LE -> left <= right;
        case GT -> left > right;
        case GE -> left >= right;
      };
    }

    private boolean holds(double left, double right) {
      return switch (this) {
        case EQ -> left == right;
        case NE -> left != right;
        case LT -> left < right;
        case LE -> left <= right;
        case GT -> left > right;
        case GE -> left >= right;
      };
    }

    private boolean holds(boolean equal) {
      return this == EQ ? equal : this == NE && !equal;
    }
  }

  @Override
  public @Nullable Boolean value(MessageFields message) {
    return compare(operator, left.value(message), right.value(message));
  }

  /**
   * Compares as Jakarta Messaging 3.1 §3.8.1.2 wants it: unknown when either is; integers as
   * integers, other numbers as doubles; strings and booleans only for equality; false for
   * everything else, whatever the operator.
   */
  static @Nullable Boolean compare(Operator operator, @Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return null;
    }
    if (a instanceof Number m && b instanceof Number n) {
      return (m instanceof Long i && n instanceof Long k)
          ? operator.holds(i.longValue(), k.longValue())
          : operator.holds(m.doubleValue(), n.doubleValue());
    }
    boolean alike =
        (a instanceof Text && b instanceof Text) || (a instanceof Boolean && b instanceof Boolean);
    return alike && operator.holds(a.equals(b));
  }

  /** BETWEEN; NOT BETWEEN is its own operator: less than the one or greater than the other. */
  record Between(Expression operand, Expression low, Expression high, boolean negated)
      implements Condition {
    @Override
    public @Nullable Boolean value(MessageFields message) {
      Object value = operand.value(message);
      Boolean first = compare(negated ? Operator.LT : Operator.GE, value, low.value(message));
      Boolean second = compare(negated ? Operator.GT : Operator.LE, value, high.value(message));
      if (first != null && first == negated) {
        return first;
      }
      if (second != null && second == negated) {
        return second;
      }
      return first == null ? null : second;
    }
  }
}
