package dev.holdfast.broker.domain;

/** Where a new subscription of a topic starts. */
public sealed interface StartFrom {

  /** The first message that comes after the subscription was made. */
  record Latest() implements StartFrom {}

  /** The oldest message that the topic's retention still keeps. */
  record Earliest() implements StartFrom {}

  /** The message with this sequence, or the next one that is kept. */
  record Sequence(long sequence) implements StartFrom {}

  /** The first message that came at or after this moment, in epoch milliseconds. */
  record Time(long epochMs) implements StartFrom {}

  /** The one {@link Latest}. */
  StartFrom LATEST = new Latest();

  /** The one {@link Earliest}. */
  StartFrom EARLIEST = new Earliest();
}
