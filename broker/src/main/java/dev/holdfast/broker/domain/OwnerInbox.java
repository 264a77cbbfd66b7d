package dev.holdfast.broker.domain;

import java.util.List;

/** The way into the domain. */
public interface OwnerInbox {

  /** Whose commands are those of the broker itself and of its operators. */
  String NOBODY = "";

  /**
   * Hands over commands of one principal, to be decided in this order. Any thread; never blocks.
   * Whoever got one socket read hands over one batch.
   *
   * <p>Between principals, messages and what is said of them take turns, so that one that sends
   * much does not hold up others. Everything else, such as attaching and detaching, comes after all
   * that was handed over before it, whoever did, and before all that follows.
   *
   * @param principal its name, or {@link #NOBODY}, with whom nobody takes turns
   */
  void submit(String principal, List<? extends OwnerCommand> batch);

  /** Hands over commands of {@link #NOBODY}. */
  default void submit(List<? extends OwnerCommand> batch) {
    submit(NOBODY, batch);
  }
}
