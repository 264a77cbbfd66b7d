package dev.holdfast.broker.selector;

/** What can be said of a value before any message is seen. */
enum StaticType {
  /** True, false or unknown. */
  BOOLEAN,
  /** A number or unknown. */
  NUMBER,
  /** A string or unknown. */
  TEXT,
  /** Anything: it depends on the message. */
  ANY;

  /** Whether a value of this type can be one of the other. */
  boolean mayBe(StaticType other) {
    return this == other || this == ANY || other == ANY;
  }
}
