package dev.holdfast.broker.domain;

import java.util.List;

/** A sending link's broker side, implemented by the edge. Methods run on its event loop. */
public interface PublisherPort {

  /** The loop that events of this port go to. Any thread. */
  EdgeLoop loop();

  /** The node exists and takes messages; grant credit. */
  void opened(NodeInfo node);

  /**
   * Whether messages may wait, unanswered, until a full node has room; otherwise they are refused.
   * Any thread.
   */
  default boolean waits() {
    return true;
  }

  /** Answers, after the commit they depend on. */
  void answered(List<PublishAnswer> answers);

  /** A part of so many bytes is out of memory. Only for those that hand in parts. */
  default void partStored(int bytes) {}

  /** Detach with this error (also the answer to a refused attach). */
  void closed(NodeError error);
}
