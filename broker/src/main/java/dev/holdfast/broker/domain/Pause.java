package dev.holdfast.broker.domain;

/**
 * What an operator holds back at one node.
 *
 * @param sending messages are refused
 * @param delivery nothing is handed out; what is out may be settled
 * @param reason told to those who send, and shown with the node
 */
public record Pause(boolean sending, boolean delivery, String reason) {

  /** The node works. */
  public static final Pause NONE = new Pause(false, false, "");

  /** Whether the node works. */
  public boolean isNone() {
    return !sending && !delivery;
  }
}
