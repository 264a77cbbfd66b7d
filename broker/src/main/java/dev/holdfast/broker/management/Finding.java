package dev.holdfast.broker.management;

import java.util.Locale;

/**
 * What an examination has found.
 *
 * @param check what was looked at, a stable word
 * @param severity how bad it is
 * @param message what is so, in a sentence
 * @param remedy what to do about it; empty when nothing has to be done
 */
public record Finding(String check, Severity severity, String message, String remedy) {

  /** How bad something is. */
  public enum Severity {
    /** As it should be. */
    OK,
    /** It will hurt some day. */
    WARN,
    /** It hurts now. */
    FAIL;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** As it should be. */
  public static Finding ok(String check, String message) {
    return new Finding(check, Severity.OK, message, "");
  }

  /** It will hurt some day. */
  public static Finding warn(String check, String message, String remedy) {
    return new Finding(check, Severity.WARN, message, remedy);
  }

  /** It hurts now. */
  public static Finding fail(String check, String message, String remedy) {
    return new Finding(check, Severity.FAIL, message, remedy);
  }
}
