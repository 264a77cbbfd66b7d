package dev.holdfast.broker.selector;

import org.jspecify.annotations.Nullable;

/** Where the value of a name comes from. */
@FunctionalInterface
interface FieldSource {
  /** The value in this message, in a form that selectors compare. */
  @Nullable Object read(MessageFields message);
}
