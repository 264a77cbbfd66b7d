package dev.holdfast.broker.audit;

/** The audit log cannot be opened or written. */
public final class AuditException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Why. */
  public enum Reason {
    /** It cannot be written at the moment; what waits for its record must not happen. */
    FULL,
    /** The key that goes on with its signatures is not there or does not fit. */
    KEY,
    /** Input or output failed while opening it. */
    IO
  }

  AuditException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
