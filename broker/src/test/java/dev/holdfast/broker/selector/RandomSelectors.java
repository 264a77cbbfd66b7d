package dev.holdfast.broker.selector;

import java.math.BigInteger;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;

/**
 * Makes selectors together with what they mean, said a second time and in another way: truth is a
 * number (1 true, 0 unknown, -1 false; AND is the least, OR the greatest, NOT the negative),
 * integers are BigIntegers cut to 64 bits, LIKE is a regular expression.
 */
final class RandomSelectors {

  static final String[] NAMES = {"a", "b", "c", "d", "e", "missing"};

  private static final int OR = 0;
  private static final int AND = 1;
  private static final int NOT = 2;
  private static final int PREDICATE = 3;
  private static final int SUM = 4;
  private static final int PRODUCT = 5;
  private static final int FACTOR = 6;
  private static final int PRIMARY = 7;

  private final Random random;

  RandomSelectors(Random random) {
    this.random = random;
  }

  /** A text, how tightly it binds, and the value of it in a message. */
  record Part(String text, int level, Function<Map<String, Object>, Object> value) {
    int truth(Map<String, Object> message) {
      Object is = value.apply(message);
      return is == null ? 0 : Boolean.TRUE.equals(is) ? 1 : -1;
    }
  }

  private static Part condition(String text, int level, ToIntFunction<Map<String, Object>> truth) {
    return new Part(
        text,
        level,
        message -> {
          int is = truth.applyAsInt(message);
          return is == 0 ? null : (Object) (is > 0);
        });
  }

  Part condition(int depth) {
    if (depth == 0) {
      return random.nextInt(4) == 0 ? booleanLiteral() : name();
    }
    switch (random.nextInt(12)) {
      case 0, 1 -> {
        Part left = condition(depth - 1);
        Part right = condition(depth - 1);
        return condition(
            within(left, AND) + keyword("AND") + within(right, NOT),
            AND,
            m -> Math.min(left.truth(m), right.truth(m)));
      }
      case 2, 3 -> {
        Part left = condition(depth - 1);
        Part right = condition(depth - 1);
        return condition(
            within(left, OR) + keyword("OR") + within(right, AND),
            OR,
            m -> Math.max(left.truth(m), right.truth(m)));
      }
      case 4, 5 -> {
        Part negated = condition(depth - 1);
        return condition(keyword("NOT") + within(negated, NOT), NOT, m -> -negated.truth(m));
      }
      case 6 -> {
        return between(depth - 1);
      }
      case 7 -> {
        return membership();
      }
      case 8 -> {
        return like();
      }
      case 9 -> {
        Part name = name();
        boolean not = random.nextBoolean();
        return condition(
            name.text + keyword("IS") + (not ? keyword("NOT") : "") + keyword("NULL"),
            PREDICATE,
            m -> (name.value.apply(m) == null) != not ? 1 : -1);
      }
      default -> {
        return comparison(depth - 1);
      }
    }
  }

  private Part comparison(int depth) {
    boolean numeric = random.nextInt(3) > 0;
    String[] operators = {"=", "<>", "<", "<=", ">", ">="};
    String operator = operators[random.nextInt(numeric ? 6 : 2)];
    Part left;
    Part right;
    if (numeric) {
      left = number(depth);
      right = number(depth);
    } else if (random.nextBoolean()) {
      left = random.nextBoolean() ? name() : text();
      right = random.nextBoolean() ? name() : text();
    } else {
      left = random.nextBoolean() ? name() : booleanLiteral();
      right = condition(Math.min(depth, 2));
    }
    return condition(
        within(left, SUM) + operator + within(right, SUM),
        PREDICATE,
        m -> compare(left.value.apply(m), operator, right.value.apply(m)));
  }

  private Part between(int depth) {
    Part operand = number(depth);
    Part low = number(depth);
    Part high = number(depth);
    boolean not = random.nextBoolean();
    String text =
        within(operand, SUM)
            + (not ? keyword("NOT") : "")
            + keyword("BETWEEN")
            + within(low, SUM)
            + keyword("AND")
            + within(high, SUM);
    return condition(
        text,
        PREDICATE,
        m -> {
          Object value = operand.value.apply(m);
          Object from = low.value.apply(m);
          Object to = high.value.apply(m);
          return not
              ? Math.max(compare(value, "<", from), compare(value, ">", to))
              : Math.min(compare(value, ">=", from), compare(value, "<=", to));
        });
  }

  private Part membership() {
    Part name = name();
    Part first = text();
    Part second = text();
    boolean not = random.nextBoolean();
    String list = keyword("IN") + "(" + first.text + " , " + second.text + ")";
    return condition(
        name.text + (not ? keyword("NOT") : "") + list,
        PREDICATE,
        m -> {
          Object value = name.value.apply(m);
          int in =
              Math.max(
                  compare(value, "=", first.value.apply(m)),
                  compare(value, "=", second.value.apply(m)));
          return not ? -in : in;
        });
  }

  private Part like() {
    Part name = name();
    StringBuilder pattern = new StringBuilder();
    StringBuilder regex = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      switch (random.nextInt(5)) {
        case 0 -> {
          pattern.append('%');
          regex.append(".*");
        }
        case 1 -> {
          pattern.append('_');
          regex.append('.');
        }
        case 2 -> {
          pattern.append("!_");
          regex.append('_');
        }
        default -> {
          char c = "ab'".charAt(random.nextInt(3));
          pattern.append(c == '\'' ? "''" : c);
          regex.append(c);
        }
      }
    }
    Pattern compiled = Pattern.compile(regex.toString(), Pattern.DOTALL);
    boolean not = random.nextBoolean();
    String text =
        name.text
            + (not ? keyword("NOT") : "")
            + keyword("LIKE")
            + "'"
            + pattern
            + "'"
            + keyword("ESCAPE")
            + "'!'";
    return condition(
        text,
        PREDICATE,
        m -> {
          Object value = name.value.apply(m);
          if (value == null) {
            return 0;
          }
          boolean fits = value instanceof String s && compiled.matcher(s).matches();
          return fits != not ? 1 : -1;
        });
  }

  private Part number(int depth) {
    if (depth <= 0 || random.nextInt(3) == 0) {
      return random.nextInt(3) > 0 ? name() : numberLiteral();
    }
    switch (random.nextInt(5)) {
      case 0 -> {
        Part negated = number(depth - 1);
        return new Part(
            "-" + within(negated, FACTOR),
            FACTOR,
            m -> arithmetic(negated.value.apply(m), '*', -1L));
      }
      case 1, 2 -> {
        char operator = random.nextBoolean() ? '+' : '-';
        Part left = number(depth - 1);
        Part right = number(depth - 1);
        return new Part(
            within(left, SUM) + operator + within(right, PRODUCT),
            SUM,
            m -> arithmetic(left.value.apply(m), operator, right.value.apply(m)));
      }
      default -> {
        char operator = random.nextBoolean() ? '*' : '/';
        Part left = number(depth - 1);
        Part right = number(depth - 1);
        return new Part(
            within(left, PRODUCT) + operator + within(right, FACTOR),
            PRODUCT,
            m -> arithmetic(left.value.apply(m), operator, right.value.apply(m)));
      }
    }
  }

  private Part name() {
    String name = NAMES[random.nextInt(NAMES.length)];
    return new Part(
        random.nextInt(8) == 0 ? '"' + name + '"' : " " + name + " ",
        PRIMARY,
        message -> message.get(name));
  }

  private Part booleanLiteral() {
    boolean value = random.nextBoolean();
    return new Part(keyword(value ? "TRUE" : "FALSE"), PRIMARY, m -> value);
  }

  private Part text() {
    String value = text(random);
    return new Part("'" + value.replace("'", "''") + "'", PRIMARY, m -> value);
  }

  private Part numberLiteral() {
    Object value = numeric(random);
    if (value instanceof Long exact) {
      String[] forms = {
        "" + exact, "0x" + Long.toHexString(exact), "0" + Long.toOctalString(exact)
      };
      String form = exact < 0 ? "(" + exact + ")" : forms[random.nextInt(3)];
      return new Part(
          " " + form + (exact >= 0 && random.nextBoolean() ? "L " : " "), PRIMARY, m -> value);
    }
    return new Part(" " + value + " ", PRIMARY, m -> value);
  }

  static String text(Random random) {
    String[] texts = {"", "a", "b", "ab", "ba", "a'b", "a_b", "aab"};
    return texts[random.nextInt(texts.length)];
  }

  static Object numeric(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> 0.5;
      case 1 -> 1.0;
      case 2 -> 2.5;
      case 3 -> Long.MAX_VALUE;
      default -> (Object) (long) random.nextInt(4);
    };
  }

  private String within(Part part, int least) {
    return part.level < least || random.nextInt(6) == 0 ? "(" + part.text + ")" : part.text;
  }

  private String keyword(String word) {
    String[] forms = {
      word,
      word.toLowerCase(java.util.Locale.ROOT),
      word.charAt(0) + word.substring(1).toLowerCase(java.util.Locale.ROOT)
    };
    return " " + forms[random.nextInt(3)] + (random.nextBoolean() ? " " : "\n\t");
  }

  private static int compare(Object a, String operator, Object b) {
    if (a == null || b == null) {
      return 0;
    }
    int order;
    if (a instanceof Long x && b instanceof Long y) {
      order = BigInteger.valueOf(x).compareTo(BigInteger.valueOf(y));
    } else if (a instanceof Number x && b instanceof Number y) {
      double difference = x.doubleValue() - y.doubleValue();
      boolean same = x.doubleValue() == y.doubleValue();
      order = same ? 0 : difference < 0 ? -1 : difference > 0 ? 1 : 2;
    } else if (a.getClass() == b.getClass() && !operator.matches("[<>]=?")) {
      order = a.equals(b) ? 0 : 2;
    } else {
      return -1;
    }
    boolean holds =
        switch (operator) {
          case "=" -> order == 0;
          case "<>" -> order != 0;
          case "<" -> order == -1;
          case "<=" -> order == -1 || order == 0;
          case ">" -> order == 1;
          default -> order == 1 || order == 0;
        };
    return holds ? 1 : -1;
  }

  private static Object arithmetic(Object a, char operator, Object b) {
    if (a instanceof Long x && b instanceof Long y) {
      BigInteger left = BigInteger.valueOf(x);
      BigInteger right = BigInteger.valueOf(y);
      return switch (operator) {
        case '+' -> (Object) left.add(right).longValue();
        case '-' -> left.subtract(right).longValue();
        case '*' -> left.multiply(right).longValue();
        default -> right.signum() == 0 ? null : left.divide(right).longValue();
      };
    }
    if (a instanceof Number x && b instanceof Number y) {
      double left = x.doubleValue();
      double right = y.doubleValue();
      return switch (operator) {
        case '+' -> (Object) (left + right);
        case '-' -> left - right;
        case '*' -> left * right;
        default -> left / right;
      };
    }
    return null;
  }
}
