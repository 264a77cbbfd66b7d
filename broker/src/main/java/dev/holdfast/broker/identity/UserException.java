package dev.holdfast.broker.identity;

/** A refusal of the user store, in words for an administrator. */
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  UserException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** The kind of refusal. */
  public Reason reason() {
    return reason;
  }

  /** Kinds of refusals. */
  public enum Reason {
    /** The name is taken. */
    CONFLICT,
    /** No such user. */
    NOT_FOUND,
    /** A name, role or password that cannot be taken. */
    INVALID,
    /** The users file is readable by others or belongs to somebody else. */
    PERMISSIONS,
    /** The users file cannot be understood; the message names the line. */
    CORRUPT,
    /** The users file cannot be read or written. */
    IO
  }
}
