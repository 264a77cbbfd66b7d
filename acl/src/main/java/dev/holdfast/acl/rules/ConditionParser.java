package dev.holdfast.acl.rules;

import dev.holdfast.acl.rules.Words.WrongException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the conditions of rules. */
final class ConditionParser {
  private static final Pattern NUMBER = Pattern.compile("([0-9]{1,15})([A-Za-z]*)");
  private static final Pattern RATE = Pattern.compile("([0-9]{1,9})/s");
  private static final Pattern ADDRESS = Pattern.compile("[0-9A-Fa-f:.]+");
  private static final String SIGNAL = "signal:";

  private ConditionParser() {}

  static Condition parse(Words words) throws WrongException {
    String word = words.take("a condition");
    try {
      if (word.startsWith(SIGNAL)) {
        return signal(word.substring(SIGNAL.length()));
      }
      return switch (word) {
        case "via" -> via(words.take("unix, tls or loopback"));
        case "tls" -> {
          words.require(">=");
          yield tls(words.take("a version of TLS"));
        }
        case "auth" -> {
          words.require("<=");
          String age = words.take("a time as 12h");
          yield new Condition.Age(millis(age), age);
        }
        case "mech" ->
            new Condition.Mechanism(words.take("a SASL mechanism").toLowerCase(Locale.ROOT));
        case "from" -> from(words.take("a network as 10.0.0.0/8"));
        case "time" -> new Condition.Time(TimeWindow.parse(time(words)));
        case "size" -> {
          words.require("<=");
          String size = words.take("a size as 64KiB");
          yield new Condition.Size(bytes(size), size);
        }
        case "rate" -> {
          words.require("<=");
          yield rate(words);
        }
        case "sealed" -> new Condition.Sealed();
        case "until" -> until(words.take("a day as 2027-01-31"));
        default ->
            throw new IllegalArgumentException(
                "there is no condition '"
                    + word
                    + "'; there are via, tls, auth, mech, from, time, size, rate, sealed,"
                    + " until and signal:NAME");
      };
    } catch (IllegalArgumentException e) {
      throw words.wrong(String.valueOf(e.getMessage()));
    }
  }

  private static Condition via(String what) {
    if (!List.of("unix", "tls", "loopback").contains(what)) {
      throw new IllegalArgumentException("via is followed by unix, tls or loopback");
    }
    return new Condition.Via(what);
  }

  private static Condition tls(String version) {
    if (!version.equals("1.3") && !version.equals("1.2")) {
      throw new IllegalArgumentException("tls is followed by >= 1.3");
    }
    return new Condition.Tls(version);
  }

  private static Condition signal(String name) {
    if (!Who.isName(name)) {
      throw new IllegalArgumentException(
          "'" + name + "' is no name for a signal: letters, digits, - _ and .");
    }
    return new Condition.Signal(name);
  }

  /** Everything up to the next condition, or the rule's name. */
  private static List<String> time(Words words) throws WrongException {
    List<String> parts = new ArrayList<>();
    parts.add(words.take("a part of the day as 08:00-18:00"));
    while (words.hasNext() && !words.peek().equals("and") && !words.peek().equals("id")) {
      parts.add(words.take("days or a zone"));
    }
    return parts;
  }

  static Condition.Until until(String text) {
    try {
      Instant end =
          text.indexOf('T') < 0
              ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
              : Instant.parse(text);
      return new Condition.Until(end.toEpochMilli(), text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "until is followed by a day, or a time of UTC, as 2027-01-31 or 2027-01-31T18:00:00Z", e);
    }
  }

  private static Condition from(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    try {
      if (!ADDRESS.matcher(host).matches()) {
        throw new IllegalArgumentException("from is followed by a network as 10.0.0.0/8");
      }
      // Digits, colons and full stops only: nothing that DNS could be asked about.
      InetAddress network = InetAddress.getByName(host);
      int most = network.getAddress().length * Byte.SIZE;
      int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
      if (bits < 0 || bits > most) {
        throw new IllegalArgumentException("the network's prefix has 0 to " + most + " bits");
      }
      return new Condition.From(network, bits);
    } catch (UnknownHostException | NumberFormatException e) {
      throw new IllegalArgumentException("from is followed by a network as 10.0.0.0/8", e);
    }
  }

  private static Condition rate(Words words) throws WrongException {
    Matcher rate = RATE.matcher(words.take("a rate as 500/s"));
    if (!rate.matches()) {
      throw new IllegalArgumentException("a rate is written 500/s");
    }
    long perSecond = Long.parseLong(rate.group(1));
    long burst = perSecond;
    if (words.peek().equals("burst")) {
      words.take("burst");
      Matcher number = NUMBER.matcher(words.take("how many at once"));
      if (!number.matches() || !number.group(2).isEmpty()) {
        throw new IllegalArgumentException("burst is followed by a number of messages");
      }
      burst = Long.parseLong(number.group(1));
    }
    if (perSecond == 0 || burst == 0 || burst > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a rate and its burst are 1 at least");
    }
    return new Condition.Rate(new RateLimit(perSecond, burst));
  }

  static long bytes(String text) {
    Matcher number = NUMBER.matcher(text);
    if (number.matches()) {
      long value = Long.parseLong(number.group(1));
      switch (number.group(2)) {
        case "", "B" -> {
          return value;
        }
        case "KiB" -> {
          return value << 10;
        }
        case "MiB" -> {
          return value << 20;
        }
        default -> {
          // Said below.
        }
      }
    }
    throw new IllegalArgumentException("a size is written 65536, 64KiB or 1MiB");
  }

  private static long millis(String text) {
    Matcher number = NUMBER.matcher(text);
    if (number.matches()) {
      long value = Math.min(Long.parseLong(number.group(1)), Integer.MAX_VALUE);
      switch (number.group(2)) {
        case "s" -> {
          return Duration.ofSeconds(value).toMillis();
        }
        case "m" -> {
          return Duration.ofMinutes(value).toMillis();
        }
        case "h" -> {
          return Duration.ofHours(value).toMillis();
        }
        case "d" -> {
          return Duration.ofDays(value).toMillis();
        }
        default -> {
          // Said below.
        }
      }
    }
    throw new IllegalArgumentException("a time is written 90s, 15m, 12h or 7d");
  }
}
