package dev.holdfast.broker.selector;

import org.jspecify.annotations.Nullable;

/** The values of literals, which are spelled as in Java, and of quoted names. */
final class Literals {

  private Literals() {}

  /** What is between quotes, a doubled one standing for one. */
  static String text(String spelling) {
    return unquoted(spelling, spelling.substring(0, 1));
  }

  /** What is between double quotes, a doubled one standing for one. */
  static String quotedName(String spelling) {
    return unquoted(spelling, "\"");
  }

  private static String unquoted(String spelling, String quote) {
    return spelling.substring(1, spelling.length() - 1).replace(quote + quote, quote);
  }

  /**
   * A decimal, octal (leading 0), hexadecimal (0x) or binary (0b) integer; the latter three stand
   * for the 64 bits they spell. Null when it does not fit or is not octal.
   */
  static @Nullable Long integer(String spelling, boolean negative) {
    int last = spelling.length() - 1;
    String digits =
        Character.toLowerCase(spelling.charAt(last)) == 'l'
            ? spelling.substring(0, last)
            : spelling;
    String sign = negative ? "-" : "";
    try {
      if (digits.length() == 1 || digits.charAt(0) != '0') {
        return Long.valueOf(sign + digits);
      }
      long bits =
          switch (digits.charAt(1)) {
            case 'x', 'X' -> Long.parseUnsignedLong(digits.substring(2), 16);
            case 'b', 'B' -> Long.parseUnsignedLong(digits.substring(2), 2);
            default -> Long.parseUnsignedLong(digits.substring(1), 8);
          };
      return negative ? -bits : bits;
    } catch (NumberFormatException outside) {
      return null;
    }
  }

  /** A decimal integer, as SQL has it: leading zeros mean nothing. Null when it is none. */
  static @Nullable Long plainInteger(String spelling, boolean negative) {
    try {
      return Long.valueOf((negative ? "-" : "") + spelling);
    } catch (NumberFormatException other) {
      return null;
    }
  }

  /** A floating-point number, null when it is too large for its type. */
  static @Nullable Double decimal(String spelling) {
    char suffix = spelling.charAt(spelling.length() - 1);
    double value =
        suffix == 'f' || suffix == 'F' ? Float.parseFloat(spelling) : Double.parseDouble(spelling);
    return Double.isInfinite(value) ? null : (Double) value;
  }
}
