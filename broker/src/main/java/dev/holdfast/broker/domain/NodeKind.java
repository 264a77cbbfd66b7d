package dev.holdfast.broker.domain;

/** What a named address is (terminus capabilities {@code queue} and {@code topic}). */
public enum NodeKind {
  /** Competing consumers; each message goes to one of them. */
  QUEUE,
  /** Publish and subscribe; each subscription sees each message. */
  TOPIC
}
