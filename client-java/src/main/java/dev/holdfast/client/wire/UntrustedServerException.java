package dev.holdfast.client.wire;

/** The process that answers on the Unix socket is not the one that may (code HF-TLS-PEER). */
public final class UntrustedServerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UntrustedServerException(String message) {
    super(message);
  }
}
