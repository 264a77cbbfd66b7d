package dev.holdfast.broker.domain;

import java.util.List;

/** One event loop of the edge, as the domain sees it. */
public interface EdgeLoop {

  /**
   * Hands over events, in order. Called by the owner thread at the end of a batch, at most once per
   * loop and batch; must not block. The loop runs {@link EdgeEvent#apply()} on each and writes each
   * touched connection's socket once.
   */
  void deliver(List<EdgeEvent> events);
}
