package dev.holdfast.broker.config;

/** How one event of the log is written to standard error. */
public enum LogFormat {
  /** A line for people. */
  TEXT,
  /** One JSON object on a line, for what collects logs. */
  JSON
}
