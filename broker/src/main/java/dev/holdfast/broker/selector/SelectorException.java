package dev.holdfast.broker.selector;

/**
 * A filter that cannot be used. The message is one sentence that a peer may see: it is made of
 * fixed words and a number, and quotes nothing of what was given.
 */
public final class SelectorException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The {@link #position()} of a mistake that is nowhere in particular. */
  public static final int NOWHERE = 0;

  private final int position;

  /** No stack trace: it is an answer and not a fault. */
  private SelectorException(String message, int position) {
    super(message, null, false, false);
    this.position = position;
  }

  static SelectorException at(int position, String problem) {
    return new SelectorException(
        "invalid selector at character " + position + ": " + problem, position);
  }

  static SelectorException whole(String problem) {
    return new SelectorException("invalid selector: " + problem, NOWHERE);
  }

  static SelectorException filter(String problem) {
    return new SelectorException("invalid property filter: " + problem, NOWHERE);
  }

  /** Which character of the selector, counted in Unicode characters from 1; or {@link #NOWHERE}. */
  public int position() {
    return position;
  }
}
