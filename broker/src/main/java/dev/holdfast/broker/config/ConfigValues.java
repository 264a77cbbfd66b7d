package dev.holdfast.broker.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of all keys, read and checked, or the list of what is wrong with them. */
final class ConfigValues {
  private final Map<ConfigKey<?>, Object> values = new HashMap<>();
  private final List<String> mistakes = new ArrayList<>();

  /**
   * A value as it was written.
   *
   * @param text the value
   * @param where as an operator would name the place
   */
  record Written(String text, String where) {}

  void read(Map<String, Written> written, Surroundings surroundings) {
    written.forEach(this::reportUnknown);
    for (ConfigKey<?> key : ConfigKeys.all()) {
      read(key, written.get(key.name()), surroundings);
    }
  }

  private void read(ConfigKey<?> key, @Nullable Written written, Surroundings surroundings) {
    String text = written == null ? key.defaultValue().apply(surroundings) : written.text();
    try {
      values.put(key, key.type().read(text));
    } catch (IllegalArgumentException e) {
      String where = written == null ? "default" : written.where();
      mistakes.add(
          where
              + ": "
              + key.name()
              + " = \""
              + text
              + "\" "
              + e.getMessage()
              + "; allowed: "
              + key.type().allowed());
    }
  }

  private void reportUnknown(String name, Written written) {
    if (ConfigKeys.all().stream().noneMatch(k -> k.name().equals(name))) {
      mistakes.add(written.where() + ": there is no key \"" + name + "\"; " + nearest(name));
    }
  }

  static String nearest(String name) {
    return ConfigKeys.all().stream()
        .map(ConfigKey::name)
        .min((a, b) -> Integer.compare(distance(name, a), distance(name, b)))
        .map(n -> "the nearest is \"" + n + "\"")
        .orElse("");
  }

  /** Levenshtein's. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }

  void mistake(String text) {
    mistakes.add(text);
  }

  List<String> mistakes() {
    return mistakes;
  }

  /** Only when there was no mistake. */
  @SuppressWarnings("unchecked")
  <T> T get(ConfigKey<T> key) {
    Object value = values.get(key);
    if (value == null) {
      throw new IllegalStateException(key.name() + " is not in the table or was wrong");
    }
    return (T) value;
  }
}
