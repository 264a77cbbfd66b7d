package dev.holdfast.broker.config;

import java.util.List;

/** What can be configured about the log. */
final class LogKeys {
  static final ConfigKey<LogFormat> FORMAT =
      ConfigKey.of(
          "log.format",
          ValueType.oneOf(LogFormat.class),
          "text",
          "How the log is written to standard error. text: lines for people. json: one JSON object"
              + " on each line.");

  private LogKeys() {}

  static List<ConfigKey<?>> all() {
    return List.of(FORMAT);
  }
}
