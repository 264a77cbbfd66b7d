package dev.holdfast.cli.http;

/** The exchange itself failed: there is no answer of the API to report. */
public final class AdminException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** Nobody listens there. */
    UNREACHABLE,
    /** The socket or its directory is closed to this user. */
    DENIED,
    /** The server took longer than the time given; whether it did the work is unknown. */
    TIMEOUT,
    /** What came back is not an HTTP answer within the limits of this client. */
    BAD_ANSWER
  }

  private final Reason reason;

  /** A failure with one line that says what, where and what to do. */
  public AdminException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
