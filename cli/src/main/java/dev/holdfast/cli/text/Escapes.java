package dev.holdfast.cli.text;

/**
 * Makes text that strangers chose (queue names, bodies, properties, messages of a broker) harmless
 * on a terminal: no control sequence, no line break and no change of writing direction gets out.
 */
public final class Escapes {
  private static final int ELLIPSIS_ROOM = 3;

  private Escapes() {}

  /**
   * One line: every control, format, separator or unassigned character, and every lone surrogate,
   * becomes a backslash with n, r, t, or u and its number in braces. All else stays as it is.
   */
  public static String line(String text) {
    return escape(text, false);
  }

  /** Like {@link #line} for a text of several lines: line feeds and tabs stay. */
  public static String block(String text) {
    return escape(text, true);
  }

  /**
   * {@link #line}, cut to about {@code maxChars} characters with {@code ...} as the mark of the
   * cut.
   */
  public static String brief(String text, int maxChars) {
    String head = text.length() <= maxChars ? text : cut(text, maxChars);
    String escaped = line(head);
    boolean whole = head.length() == text.length();
    if (whole && escaped.length() <= maxChars) {
      return escaped;
    }
    return cut(escaped, maxChars - ELLIPSIS_ROOM) + "...";
  }

  /**
   * Replaces the same characters in a finished JSON text by JSON's escape of four digits. They
   * occur only inside strings there, so the value stays the same; line breaks between values stay.
   */
  public static String json(String json) {
    int first = firstUnsafe(json, true);
    if (first < 0) {
      return json;
    }
    StringBuilder out = new StringBuilder(json.length() + 16).append(json, 0, first);
    for (int i = first; i < json.length(); ) {
      int point = json.codePointAt(i);
      int width = Character.charCount(point);
      if (unsafe(point, true)) {
        for (int k = i; k < i + width; k++) {
          out.append("\\u").append(hex(json.charAt(k), 4));
        }
      } else {
        out.appendCodePoint(point);
      }
      i += width;
    }
    return out.toString();
  }

  private static String cut(String text, int maxChars) {
    int end = Math.max(0, Math.min(maxChars, text.length()));
    // A pair cut in half would show as an escape that the text does not contain.
    boolean insidePair =
        end > 0 && end < text.length() && Character.isLowSurrogate(text.charAt(end));
    return text.substring(0, insidePair ? end - 1 : end);
  }

  private static String escape(String text, boolean keepLines) {
    int first = firstUnsafe(text, keepLines);
    if (first < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 16).append(text, 0, first);
    for (int i = first; i < text.length(); ) {
      int point = text.codePointAt(i);
      if (unsafe(point, keepLines)) {
        appendEscaped(out, point);
      } else {
        out.appendCodePoint(point);
      }
      i += Character.charCount(point);
    }
    return out.toString();
  }

  private static void appendEscaped(StringBuilder out, int point) {
    switch (point) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> out.append("\\u{").append(hex(point, 1)).append('}');
    }
  }

  private static int firstUnsafe(String text, boolean keepLines) {
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      if (unsafe(point, keepLines)) {
        return i;
      }
      i += Character.charCount(point);
    }
    return -1;
  }

  private static boolean unsafe(int point, boolean keepLines) {
    if (point >= ' ' && point < 0x7f) {
      return false;
    }
    if (keepLines && (point == '\n' || point == '\t')) {
      return false;
    }
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }

  private static String hex(int value, int digits) {
    String hex = Integer.toHexString(value);
    return "0".repeat(Math.max(0, digits - hex.length())) + hex;
  }
}
