package dev.holdfast.broker.net;

import java.io.IOException;

/** A Unix socket cannot be made where it was asked for; the message says why and what to do. */
public final class UnixSocketException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public UnixSocketException(String message) {
    super(message);
  }
}
