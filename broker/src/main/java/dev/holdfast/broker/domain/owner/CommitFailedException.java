package dev.holdfast.broker.domain.owner;

/** The store can no longer be written: the broker has to end rather than answer. */
final class CommitFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommitFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
