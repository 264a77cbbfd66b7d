package dev.holdfast.broker.domain;

/**
 * What an operator holds back at the whole broker.
 *
 * @param readOnly messages are refused; receiving and settling go on
 * @param draining the same, until the next start, and nobody new is let in
 * @param reason told to those who send
 */
public record BrokerMode(boolean readOnly, boolean draining, String reason) {

  /** Everything works. */
  public static final BrokerMode NORMAL = new BrokerMode(false, false, "");
}
