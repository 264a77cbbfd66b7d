package dev.holdfast.broker.amqp.terminus;

import dev.holdfast.broker.amqp.codec.Fault;

/** An attach asks for something that cannot be had: the link is refused. */
public final class TerminusException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Fault fault;

  /** No stack trace: it is an answer. */
  TerminusException(Fault fault) {
    this(fault, fault.sentence());
  }

  /** With another sentence than the fault's, which must be made of fixed words and numbers. */
  TerminusException(Fault fault, String sentence) {
    super(sentence, null, false, false);
    this.fault = fault;
  }

  /** What the peer is told. */
  public String sentence() {
    return String.valueOf(getMessage());
  }

  /** Why. */
  public Fault fault() {
    return fault;
  }
}
