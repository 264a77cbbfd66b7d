package dev.holdfast.broker.domain;

import java.util.List;

/** The way into the domain. */
public interface OwnerInbox {

  /**
   * Hands over commands, to be decided in this order. Any thread; never blocks. Whoever got one
   * socket read hands over one batch.
   */
  void submit(List<? extends OwnerCommand> batch);
}
