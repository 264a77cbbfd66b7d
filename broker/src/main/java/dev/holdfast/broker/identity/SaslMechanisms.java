package dev.holdfast.broker.identity;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.LiveIdentity;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The SASL mechanisms this broker offers. Any thread. */
public interface SaslMechanisms {

  /** Names to offer to this peer, best first. */
  List<String> offered(PeerInfo peer);

  /** Why an identity is not good any more; empty when it is. */
  default Optional<Ended> ended(Principal principal) {
    return Optional.empty();
  }

  /**
   * Checks a token that is to take the place of the one a connection came with.
   *
   * @param current who it has to be for
   * @return authenticated, or failed, after the wait that earlier failures have earned
   */
  default CompletionStage<SaslStep> renew(Principal current, String token, PeerInfo peer) {
    return CompletableFuture.completedStage(new SaslStep.Failed(false));
  }

  /**
   * Issues a token that may do less than the principal; see {@link LiveIdentity#issue}. Blocks.
   *
   * @throws IllegalArgumentException with why not
   */
  default LiveIdentity.Issued issue(
      Principal current, PeerInfo peer, List<String> scopes, Duration life) {
    throw new IllegalArgumentException("no tokens are issued");
  }

  /** Why. */
  enum Ended {
    /** Its token has expired. */
    EXPIRED,
    /** Its token was revoked. */
    REVOKED,
    /** The user was disabled or removed. */
    USER_GONE
  }

  /** Starts an exchange; a mechanism that was not offered yields one that fails. */
  SaslExchange start(String mechanism, PeerInfo peer);
}
