package dev.holdfast.cli;

import java.util.Locale;

/** Sizes and times: for people to read, and as people write them. */
final class Units {
  private static final long KIBI = 1024;
  private static final String[] SIZES = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Units() {}

  static String bytes(long bytes) {
    if (bytes < KIBI) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    while (value >= KIBI && unit < SIZES.length - 1) {
      value /= KIBI;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, SIZES[unit]);
  }

  static String duration(long seconds) {
    long days = seconds / 86_400;
    long hours = seconds / 3_600 % 24;
    long minutes = seconds / 60 % 60;
    if (days > 0) {
      return days + "d " + hours + 'h';
    }
    if (hours > 0) {
      return hours + "h " + minutes + 'm';
    }
    return minutes > 0 ? minutes + "m " + seconds % 60 + 's' : seconds + "s";
  }

  /**
   * Milliseconds of {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}, or of a bare
   * number, which is milliseconds.
   */
  static long millis(String text) throws CommandFailure {
    int digits = 0;
    while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
      digits++;
    }
    try {
      long number = Long.parseLong(text.substring(0, digits));
      return Math.multiplyExact(number, factor(text.substring(digits)));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "usage", "'" + text + "' is not a time such as 250ms, 30s, 5m, 2h or 7d");
    }
  }

  private static long factor(String unit) {
    return switch (unit) {
      case "", "ms" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      case "d" -> 86_400_000;
      default -> throw new IllegalArgumentException(unit);
    };
  }
}
