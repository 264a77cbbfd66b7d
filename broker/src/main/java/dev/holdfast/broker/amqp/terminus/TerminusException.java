package dev.holdfast.broker.amqp.terminus;

import dev.holdfast.broker.amqp.codec.Fault;

/** An attach asks for something that cannot be had: the link is refused. */
public final class TerminusException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Fault fault;

  /** No stack trace: it is an answer. */
  TerminusException(Fault fault) {
    super(fault.sentence(), null, false, false);
    this.fault = fault;
  }

  /** Why. */
  public Fault fault() {
    return fault;
  }
}
