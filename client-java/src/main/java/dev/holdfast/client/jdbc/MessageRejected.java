package dev.holdfast.client.jdbc;

/**
 * Thrown by a handler for a message that will never work: its transaction is rolled back and the
 * message goes to the dead-letter queue with the reason.
 */
public final class MessageRejected extends Exception {
  private static final long serialVersionUID = 1;

  /** With one sentence for whoever looks at the dead letter. */
  public MessageRejected(String reason) {
    super(reason);
  }
}
