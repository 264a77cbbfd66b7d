package dev.holdfast.cli;

/** How answers are printed. The names are what the user types. */
enum OutputFormat {
  /** For people. */
  table,
  /** One indented JSON document. */
  json,
  /** JSON, one object per line: lists can be cut into lines, and long ones read as they come. */
  ndjson
}
