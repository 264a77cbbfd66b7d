package dev.holdfast.broker.config;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the text of a value is read.
 *
 * @param allowed what may be written, for people
 * @param reader turns text into a value; {@link IllegalArgumentException} carries the problem as
 *     the rest of a sentence that begins with the value
 */
record ValueType<T>(String allowed, Function<String, T> reader) {
  private static final Pattern QUANTITY = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");
  private static final Pattern ORIGIN = Pattern.compile("[a-z][a-z0-9+.-]*://[^/\\s@]+");
  private static final long KIB = 1024;

  T read(String text) {
    return reader.apply(text.strip());
  }

  static ValueType<Integer> integer(int from, int to) {
    return new ValueType<>(
        "a whole number from " + from + " to " + to, text -> (int) within(text, from, to));
  }

  private static long within(String text, long from, long to) {
    long value;
    try {
      value = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("is not a whole number", e);
    }
    return within(value, from, to);
  }

  private static long within(long value, long from, long to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(value < from ? "is too small" : "is too large");
    }
    return value;
  }

  /** Bytes, as {@code 16MiB}. */
  static ValueType<Long> size(long from, long to) {
    return new ValueType<>(
        "a size from " + printSize(from) + " to " + printSize(to) + ", as 512KiB, 16MiB, 2GiB",
        text -> {
          Matcher parts = quantity(text);
          long unit =
              switch (parts.group(2).toLowerCase(Locale.ROOT)) {
                case "", "b" -> 1;
                case "kib" -> KIB;
                case "mib" -> KIB * KIB;
                case "gib" -> KIB * KIB * KIB;
                case "tib" -> KIB * KIB * KIB * KIB;
                default -> throw new IllegalArgumentException("has an unknown unit");
              };
          return scaled(parts.group(1), unit, from, to);
        });
  }

  /** {@code auto} stands for "none". */
  static ValueType<Optional<Long>> automaticSize(long from, long to) {
    ValueType<Long> size = size(from, to);
    return new ValueType<>(
        size.allowed() + ", or auto",
        text -> text.equals("auto") ? Optional.empty() : Optional.of(size.read(text)));
  }

  /** A length of time, as {@code 5s}. */
  static ValueType<Duration> duration(Duration from, Duration to) {
    return new ValueType<>(
        "a time from " + printDuration(from) + " to " + printDuration(to) + ", as 200ms, 5s, 10m",
        text -> {
          Matcher parts = quantity(text);
          long unit =
              switch (parts.group(2).toLowerCase(Locale.ROOT)) {
                case "ms" -> 1;
                case "s" -> 1_000;
                case "m", "min" -> 60_000;
                case "h" -> 3_600_000;
                case "d" -> 86_400_000;
                case "" -> throw new IllegalArgumentException("has no unit");
                default -> throw new IllegalArgumentException("has an unknown unit");
              };
          return Duration.ofMillis(scaled(parts.group(1), unit, from.toMillis(), to.toMillis()));
        });
  }

  private static Matcher quantity(String text) {
    Matcher parts = QUANTITY.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("is not a number with a unit");
    }
    return parts;
  }

  private static long scaled(String digits, long unit, long from, long to) {
    BigDecimal value = new BigDecimal(digits).multiply(BigDecimal.valueOf(unit));
    if (value.compareTo(BigDecimal.valueOf(to)) > 0) {
      throw new IllegalArgumentException("is too large");
    }
    return within(value.longValueExact(), from, to);
  }

  static ValueType<Boolean> bool() {
    return new ValueType<>(
        "true or false",
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("is neither true nor false");
            });
  }

  /** A constant of an enum, in lower case. */
  static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
    List<String> names =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .toList();
    return new ValueType<>(
        String.join(", ", names),
        text -> {
          if (!names.contains(text)) {
            throw new IllegalArgumentException("is none of them");
          }
          return type.getEnumConstants()[names.indexOf(text)];
        });
  }

  static ValueType<Path> path() {
    return new ValueType<>("a path", ValueType::readPath);
  }

  /** Empty text stands for "none". */
  static ValueType<Optional<Path>> optionalPath() {
    return new ValueType<>(
        "a path, or nothing",
        text -> text.isEmpty() ? Optional.empty() : Optional.of(readPath(text)));
  }

  private static Path readPath(String text) {
    if (text.isEmpty() || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("is not a path");
    }
    return Path.of(text).toAbsolutePath().normalize();
  }

  /** {@code off} stands for "none". */
  static ValueType<Optional<HostPort>> listener() {
    return new ValueType<>(
        "HOST:PORT (port 0: any free one), or off",
        text -> text.equals("off") ? Optional.empty() : Optional.of(HostPort.parse(text)));
  }

  static ValueType<Set<String>> names() {
    return new ValueType<>(
        "names separated by commas",
        text ->
            Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .collect(Collectors.toUnmodifiableSet()));
  }

  /** As browsers write them (RFC 6454 §6.2), in lower case. */
  static ValueType<Set<String>> origins() {
    ValueType<Set<String>> names = names();
    return new ValueType<>(
        "origins separated by commas, as https://shop.example or http://localhost:8080",
        text -> {
          Set<String> origins = names.read(text.toLowerCase(Locale.ROOT));
          if (!origins.stream().allMatch(o -> ORIGIN.matcher(o).matches())) {
            throw new IllegalArgumentException("has something other than scheme://host:port");
          }
          return origins;
        });
  }

  static ValueType<Set<Long>> uids() {
    return new ValueType<>(
        "user ids separated by commas, each from 0 to 4294967294",
        text ->
            Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .map(s -> within(s, 0, 4_294_967_294L))
                .collect(Collectors.toUnmodifiableSet()));
  }

  static String printSize(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    long value = bytes;
    while (unit < units.length - 1 && value >= KIB && value % KIB == 0) {
      value /= KIB;
      unit++;
    }
    return value + units[unit];
  }

  private static String printDuration(Duration time) {
    long ms = time.toMillis();
    if (ms % 3_600_000 == 0) {
      return ms / 3_600_000 + "h";
    }
    if (ms % 60_000 == 0) {
      return ms / 60_000 + "m";
    }
    return ms % 1_000 == 0 ? ms / 1_000 + "s" : ms + "ms";
  }
}
