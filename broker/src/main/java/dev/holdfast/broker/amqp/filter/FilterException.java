package dev.holdfast.broker.amqp.filter;

/** A known filter that cannot be used; the message is one sentence for the peer. */
public final class FilterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** No stack trace: it is an answer. */
  FilterException(String sentence) {
    super(sentence, null, false, false);
  }

  /** The sentence. */
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
