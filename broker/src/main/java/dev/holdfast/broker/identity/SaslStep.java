package dev.holdfast.broker.identity;

import dev.holdfast.acl.Principal;

/** What the server answers in a SASL exchange. */
public sealed interface SaslStep {

  /** Go on. */
  record Challenge(byte[] data) implements SaslStep {}

  /**
   * Authenticated.
   *
   * @param principal who it is
   * @param additionalData for the outcome frame, empty when the mechanism has none
   */
  record Authenticated(Principal principal, byte[] additionalData) implements SaslStep {}

  /**
   * Not authenticated; the peer learns no more than that.
   *
   * @param temporary true: SASL outcome code sys-temp (4), otherwise auth (1)
   */
  record Failed(boolean temporary) implements SaslStep {}
}
