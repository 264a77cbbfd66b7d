package dev.holdfast.broker.tls;

/** Files of TLS cannot be used; the message names the file, what is wrong and what to do. */
public final class TlsException extends Exception {
  private static final long serialVersionUID = 1L;

  TlsException(String message) {
    super(message);
  }

  TlsException(String message, Throwable cause) {
    super(message, cause);
  }
}
