package dev.holdfast.broker.identity;

import dev.holdfast.acl.Principal;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * EXTERNAL (RFC 4422 appendix A), and ANONYMOUS on a Unix socket: they yield the identity that the
 * kernel or the client's certificate vouches for. One caller at a time.
 */
final class PeerExchange implements SaslExchange {
  private final Optional<Principal> principal;
  private final boolean checkAuthorisation;

  /**
   * Makes one.
   *
   * @param checkAuthorisation true: the client's text is an identity to act as, which has to be
   *     absent or its own. false: it is a trace and means nothing (ANONYMOUS, RFC 4505)
   */
  PeerExchange(Optional<Principal> principal, boolean checkAuthorisation) {
    this.principal = principal;
    this.checkAuthorisation = checkAuthorisation;
  }

  @Override
  public CompletionStage<SaslStep> respond(byte @Nullable [] response) {
    // No response is taken for an empty one: clients differ, and nothing can be told apart by it.
    boolean own =
        !checkAuthorisation
            || response == null
            || response.length == 0
            || PlainExchange.utf8(response, 0, response.length)
                .equals(principal.map(Principal::name));
    SaslStep step =
        principal
            .filter(p -> own)
            .<SaslStep>map(p -> new SaslStep.Authenticated(p, new byte[0]))
            .orElse(new SaslStep.Failed(false));
    return CompletableFuture.completedStage(step);
  }
}
