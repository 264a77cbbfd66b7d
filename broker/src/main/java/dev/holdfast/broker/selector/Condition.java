package dev.holdfast.broker.selector;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Expressions that are true, false or unknown: SQL's three-valued logic. */
interface Condition extends Expression {

  @Override
  @Nullable Boolean value(MessageFields message);

  @Override
  default StaticType type() {
    return StaticType.BOOLEAN;
  }

  /** A value where a condition stands: false when it is not even boolean. */
  static @Nullable Boolean truth(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    return value instanceof Boolean truth ? truth : Boolean.FALSE;
  }

  /** Unknown stays unknown. */
  static @Nullable Boolean not(@Nullable Boolean truth) {
    return truth == null ? null : (Boolean) !truth;
  }

  /** AND. */
  record And(Expression left, Expression right) implements Condition {
    @Override
    public @Nullable Boolean value(MessageFields message) {
      Boolean first = truth(left.value(message));
      if (first != null && !first) {
        return false;
      }
      Boolean second = truth(right.value(message));
      if (second != null && !second) {
        return false;
      }
      return first == null ? null : second;
    }
  }

  /** OR. */
  record Or(Expression left, Expression right) implements Condition {
    @Override
    public @Nullable Boolean value(MessageFields message) {
      Boolean first = truth(left.value(message));
      if (first != null && first) {
        return true;
      }
      Boolean second = truth(right.value(message));
      if (second != null && second) {
        return true;
      }
      return first == null ? null : second;
    }
  }

  /** NOT. */
  record Not(Expression negated) implements Condition {
    @Override
    public @Nullable Boolean value(MessageFields message) {
      return not(truth(negated.value(message)));
    }
  }

  /** IS NULL. */
  record IsNull(Expression name) implements Condition {
    @Override
    public Boolean value(MessageFields message) {
      return name.value(message) == null;
    }
  }

  /** IN: false for a value that is no string. */
  record In(Expression name, List<Text> candidates) implements Condition {
    @Override
    public @Nullable Boolean value(MessageFields message) {
      Object value = name.value(message);
      if (value == null) {
        return null;
      }
      if (value instanceof Text text) {
        for (int i = 0; i < candidates.size(); i++) {
          if (candidates.get(i).equals(text)) {
            return true;
          }
        }
      }
      return false;
    }
  }

  /** LIKE: false for a value that is no string. */
  record Like(Expression name, LikePattern pattern) implements Condition {
    @Override
    public @Nullable Boolean value(MessageFields message) {
      Object value = name.value(message);
      return value == null ? null : (Boolean) (value instanceof Text text && pattern.matches(text));
    }
  }
}
