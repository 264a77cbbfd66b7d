package dev.holdfast.broker.config;

import dev.holdfast.broker.limits.LimitTable.Change;
import dev.holdfast.broker.limits.LimitTable.Rule;
import dev.holdfast.broker.limits.PrincipalLimits;
import dev.holdfast.broker.limits.PrincipalLimits.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads {@code limits.overrides}: {@code WHO LIMIT=VALUE ..., WHO LIMIT=VALUE ...}. Stateless. */
final class LimitRules {
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final String PREFIX = "limits.";

  /** In the order of the values that {@link Put} takes apart. */
  private static final List<ConfigKey<? extends Number>> IN_PLACE =
      List.of(
          LimitKeys.CONNECTIONS,
          LimitKeys.LINKS,
          LimitKeys.UNSETTLED,
          LimitKeys.IN_FLIGHT,
          LimitKeys.MESSAGES,
          LimitKeys.BYTES,
          LimitKeys.RECEIVED_MESSAGES,
          LimitKeys.RECEIVED_BYTES,
          LimitKeys.MESSAGE_SIZE,
          LimitKeys.TEMPORARY);

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
    for (int place = 0; place < IN_PLACE.size(); place++) {
      ConfigKey<? extends Number> limit = IN_PLACE.get(place);
      if (limit.name().equals(key)) {
        return new Put(place, limit.type().read(value).longValue());
      }
    }
    throw new IllegalArgumentException("has the unknown limit " + key.substring(PREFIX.length()));
  }

  /** Puts a value in the place that a limit has. */
  private record Put(int place, long value) implements Change {

    @Override
    public PrincipalLimits apply(PrincipalLimits l) {
      long[] all = {
        l.connections(),
        l.links(),
        l.unsettled(),
        l.bytesInFlight(),
        l.sending().messages(),
        l.sending().bytes(),
        l.receiving().messages(),
        l.receiving().bytes(),
        l.messageBytes(),
        l.temporaryNodes()
      };
      all[place] = value;
      return new PrincipalLimits(
          (int) all[0],
          (int) all[1],
          (int) all[2],
          all[3],
          new Rate((int) all[4], all[5]),
          new Rate((int) all[6], all[7]),
          all[8],
          (int) all[9]);
    }
  }
}
