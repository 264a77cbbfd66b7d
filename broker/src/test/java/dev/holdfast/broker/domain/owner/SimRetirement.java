package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.Outcome;

/** An outcome that a consumer of the simulation gave in a transaction. */
final class SimRetirement {
  private final SimModel.Sent message;
  private final SimConsumer consumer;
  private final Delivery delivery;
  private final Outcome outcome;
  private final boolean settled;
  private boolean gone;

  SimRetirement(SimConsumer consumer, Delivery delivery, Outcome outcome, boolean settled) {
    this.message = consumer.message(delivery);
    this.consumer = consumer;
    this.delivery = delivery;
    this.outcome = outcome;
    this.settled = settled;
  }

  SimModel.Sent message() {
    return message;
  }

  /** The end is asked for. */
  void asked(boolean commit) {
    message().inDoubt = commit && outcome == Outcome.ACCEPTED;
  }

  void committed() {
    if (gone) {
      return;
    }
    message().at = null;
    if (outcome == Outcome.ACCEPTED) {
      message().inDoubt = false;
      message().mayBeGone = true;
      message().mustBeGone = true;
      message().goneForSure = true;
    }
    consumer.effective(delivery, outcome);
  }

  void undone() {
    if (gone) {
      return;
    }
    message().inDoubt = false;
    if (settled || consumer.closed) {
      message().at = null;
    } else {
      consumer.stillHas(delivery);
    }
  }

  /** This consumer's queue is deleted, with all that is out. */
  void consumerGone(SimConsumer which) {
    if (which == consumer) {
      gone = true;
      message().at = null;
      message().inDoubt = false;
    }
  }

  @Override
  public String toString() {
    return outcome + " of " + message();
  }
}
