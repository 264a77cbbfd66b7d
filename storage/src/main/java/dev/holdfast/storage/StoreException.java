package dev.holdfast.storage;

import org.jspecify.annotations.Nullable;

/** The store could not do what was asked; {@link #reason()} says which kind of trouble it is. */
public final class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Makes one. The message is for the operator and may name files. */
  public StoreException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Makes one without a cause. */
  public StoreException(Reason reason, String message) {
    this(reason, message, null);
  }

  /** The kind of trouble. */
  public Reason reason() {
    return reason;
  }

  /** Kinds of trouble, each with another remedy. */
  public enum Reason {
    /** No room; heals when space returns. */
    DISK_FULL,
    /** Another process has the data directory open. */
    LOCKED,
    /** Stored bytes do not verify; the message names log and sequence range. */
    CORRUPT,
    /** The key file does not open this database, or is missing. */
    WRONG_KEY,
    /** Written by a format this version does not know. */
    FORMAT,
    /** Any other failure of the disk or the library. */
    IO
  }
}
