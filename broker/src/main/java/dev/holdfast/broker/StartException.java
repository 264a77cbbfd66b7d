package dev.holdfast.broker;

/** The broker does not start; the message says what is wrong, where, and what to do. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Code code;

  StartException(Code code, String message) {
    super(code + ": " + message);
    this.code = code;
  }

  StartException(Code code, String message, Throwable cause) {
    super(code + ": " + message, cause);
    this.code = code;
  }

  /** The stable code. */
  public Code code() {
    return code;
  }

  /** Reasons, listed with their remedies in docs/configuration.md. */
  public enum Code {
    /** The configuration has mistakes. */
    CONFIG,
    /** Others can get at the data directory or the users file. */
    PERMS,
    /** Reachable from other hosts without TLS. */
    INSECURE_LISTENER,
    /** Running as root is refused by the configuration. */
    ROOT,
    /** Another process has the data directory. */
    LOCKED,
    /** The stored data cannot be opened. */
    STORE,
    /** The users file cannot be understood. */
    USERS,
    /** The access rules cannot be understood, or not read. */
    ACL,
    /** The certificate or its key cannot be used. */
    TLS,
    /** The audit log cannot be gone on with. */
    AUDIT,
    /** An address or socket cannot be bound. */
    LISTEN,
    /** A fault of the program. */
    INTERNAL;

    @Override
    public String toString() {
      return "HF-START-" + name().replace('_', '-');
    }
  }
}
