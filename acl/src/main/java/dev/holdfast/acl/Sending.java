package dev.holdfast.acl;

/**
 * What rules may ask about a message that is being sent.
 *
 * @param bytes all of it
 * @param sealed whether its body has the form of one that is encrypted end to end
 */
public record Sending(long bytes, boolean sealed) {

  /** One that is not sealed. */
  public Sending(long bytes) {
    this(bytes, false);
  }
}
