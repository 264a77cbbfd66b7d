package dev.holdfast.broker.domain;

/** Carries a {@link NodeError} through a stage. */
public final class NodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient NodeError error;

  /** Makes one; it has no stack trace, for it is an answer and not a fault. */
  public NodeException(NodeError error) {
    super(error.code() + ": " + error.description(), null, false, false);
    this.error = error;
  }

  /** The refusal. */
  public NodeError error() {
    return error;
  }
}
