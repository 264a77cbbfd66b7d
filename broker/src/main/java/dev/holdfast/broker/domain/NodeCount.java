package dev.holdfast.broker.domain;

import java.util.Locale;

/**
 * What a node holds, or all the nodes of a kind that are not named.
 *
 * @param kind of it
 * @param name its address; {@link #OTHERS} for the rest
 * @param messages it holds, those out at consumers included
 * @param bytes their size
 * @param delayed messages that wait for their moment
 * @param unsettled messages out at consumers
 * @param consumers attached
 * @param publishers attached
 * @param oldestMs when the oldest message came, epoch milliseconds; 0 when there is none, or when
 *     only the disk knows
 */
public record NodeCount(
    Kind kind,
    String name,
    long messages,
    long bytes,
    long delayed,
    long unsettled,
    long consumers,
    long publishers,
    long oldestMs) {

  /** No node can have this name. */
  public static final String OTHERS = "#other";

  /** Kinds of nodes. */
  public enum Kind {
    /** A queue. */
    QUEUE,
    /** The dead letters of a queue or subscription. */
    DEAD_LETTERS,
    /** A topic. */
    TOPIC,
    /** A subscription. */
    SUBSCRIPTION;

    /** The word that metrics use. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Nothing of this kind. */
  public static NodeCount none(Kind kind) {
    return new NodeCount(kind, OTHERS, 0, 0, 0, 0, 0, 0, 0);
  }

  /** Both together. */
  public NodeCount plus(NodeCount other) {
    long oldest =
        oldestMs == 0 || other.oldestMs == 0
            ? oldestMs + other.oldestMs
            : Math.min(oldestMs, other.oldestMs);
    return new NodeCount(
        kind,
        OTHERS,
        messages + other.messages,
        bytes + other.bytes,
        delayed + other.delayed,
        unsettled + other.unsettled,
        consumers + other.consumers,
        publishers + other.publishers,
        oldest);
  }
}
