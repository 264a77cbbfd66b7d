package dev.holdfast.broker.amqp.codec;

/** The peer broke a rule; caught by whoever owns the connection, session or link concerned. */
public final class FaultException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the fault ends. */
  public enum Scope {
    /** The connection is closed. */
    CONNECTION,
    /** The session is ended. */
    SESSION
  }

  private final Fault fault;
  private final Scope scope;

  /** Ends the connection. */
  public FaultException(Fault fault) {
    this(fault, Scope.CONNECTION);
  }

  /**
   * Ends what {@code scope} says. No stack trace: it is an answer, and hostile peers cause many.
   */
  public FaultException(Fault fault, Scope scope) {
    super(fault.sentence(), null, false, false);
    this.fault = fault;
    this.scope = scope;
  }

  /** Which rule. */
  public Fault fault() {
    return fault;
  }

  /** What it ends. */
  public Scope scope() {
    return scope;
  }
}
