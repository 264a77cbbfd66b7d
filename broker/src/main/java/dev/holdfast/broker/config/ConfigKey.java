package dev.holdfast.broker.config;

import java.util.Locale;
import java.util.function.Function;

/**
 * One thing that can be configured.
 *
 * @param name as in the file, words and tables separated by dots
 * @param type how its text is read
 * @param meaning one or two sentences
 * @param defaultText what to show as the default
 * @param defaultValue the default's text, from where the broker runs
 */
record ConfigKey<T>(
    String name,
    ValueType<T> type,
    String meaning,
    String defaultText,
    Function<Surroundings, String> defaultValue) {

  static <T> ConfigKey<T> of(String name, ValueType<T> type, String defaultValue, String meaning) {
    return new ConfigKey<>(name, type, meaning, defaultValue, surroundings -> defaultValue);
  }

  /** Its environment variable. */
  String variable() {
    return "HOLDFAST_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
