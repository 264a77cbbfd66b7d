package dev.holdfast.broker.identity.token;

/** A token is not good, or cannot be issued. */
public final class TokenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Code code;

  /** Stable codes; clients are told none of them. */
  public enum Code {
    /** Malformed, of another issuer, badly signed, or claims that are not allowed. */
    INVALID,
    /** Its time is over, or has not come. */
    EXPIRED,
    /** It was revoked, or is not known any more. */
    REVOKED,
    /** It is bound to another peer. */
    BOUND,
    /** What was asked for cannot be issued. */
    REQUEST,
    /** The file of tokens cannot be written. */
    IO
  }

  TokenException(Code code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** The stable code. */
  public Code code() {
    return code;
  }
}
