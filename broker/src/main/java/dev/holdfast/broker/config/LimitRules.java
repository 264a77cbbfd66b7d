package dev.holdfast.broker.config;

import dev.holdfast.broker.limits.LimitTable.Change;
import dev.holdfast.broker.limits.LimitTable.Rule;
import dev.holdfast.broker.limits.PrincipalLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads {@code limits.overrides}: {@code WHO LIMIT=VALUE ..., WHO LIMIT=VALUE ...}. Stateless. */
final class LimitRules {
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final String PREFIX = "limits.";

  private LimitRules() {}

  static List<Rule> read(String text) {
    List<Rule> rules = new ArrayList<>();
    for (String entry : text.split(",")) {
      if (!entry.isBlank()) {
        rules.add(rule(BLANKS.split(entry.strip())));
      }
    }
    return rules;
  }

  private static Rule rule(String[] words) {
    if (!words[0].contains(":") || words.length < 2) {
      throw new IllegalArgumentException(
          "has an entry that is not WHO and at least one LIMIT=VALUE");
    }
    List<Change> changes = new ArrayList<>();
    for (int i = 1; i < words.length; i++) {
      String[] parts = words[i].split("=", 2);
      if (parts.length < 2) {
        throw new IllegalArgumentException("has " + words[i] + ", which is not LIMIT=VALUE");
      }
      changes.add(change(PREFIX + parts[0], parts[1]));
    }
    return new Rule(words[0], changes);
  }

  private static Change change(String key, String value) {
    if (key.equals(LimitKeys.CONNECTIONS.name())) {
      return new Numbers(0, LimitKeys.CONNECTIONS.type().read(value));
    }
    if (key.equals(LimitKeys.LINKS.name())) {
      return new Numbers(1, LimitKeys.LINKS.type().read(value));
    }
    if (key.equals(LimitKeys.UNSETTLED.name())) {
      return new Numbers(2, LimitKeys.UNSETTLED.type().read(value));
    }
    if (key.equals(LimitKeys.IN_FLIGHT.name())) {
      return new Numbers(3, LimitKeys.IN_FLIGHT.type().read(value));
    }
    if (key.equals(LimitKeys.MESSAGES.name())) {
      return new Numbers(4, LimitKeys.MESSAGES.type().read(value));
    }
    if (key.equals(LimitKeys.BYTES.name())) {
      return new Numbers(5, LimitKeys.BYTES.type().read(value));
    }
    if (key.equals(LimitKeys.MESSAGE_SIZE.name())) {
      return new Numbers(6, LimitKeys.MESSAGE_SIZE.type().read(value));
    }
    if (key.equals(LimitKeys.TEMPORARY.name())) {
      return new Numbers(7, LimitKeys.TEMPORARY.type().read(value));
    }
    throw new IllegalArgumentException("has the unknown limit " + key.substring(PREFIX.length()));
  }

  /** Puts a value in the place that a limit has. */
  private record Numbers(int place, long value) implements Change {

    @Override
    public PrincipalLimits apply(PrincipalLimits l) {
      long[] all = {
        l.connections(),
        l.links(),
        l.unsettled(),
        l.bytesInFlight(),
        l.messagesPerSecond(),
        l.bytesPerSecond(),
        l.messageBytes(),
        l.temporaryNodes()
      };
      all[place] = value;
      return new PrincipalLimits(
          (int) all[0],
          (int) all[1],
          (int) all[2],
          all[3],
          (int) all[4],
          all[5],
          all[6],
          (int) all[7]);
    }
  }
}
