package dev.holdfast.broker.identity;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.identity.token.TokenException;
import dev.holdfast.broker.identity.token.TokenService;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks tokens for the mechanisms that carry them, slowed down like passwords. Any thread. */
final class TokenChecker {
  /** The user name that makes a PLAIN password a token, for clients that know nothing else. */
  static final String PLAIN_NAME = "token";

  private static final Logger LOG = LoggerFactory.getLogger(TokenChecker.class);

  private static final String OF_TOKENS = "token:";

  private final TokenService tokens;
  private final Function<String, Optional<Principal>> others;

  /**
   * Makes one.
   *
   * @param others principals that are known otherwise, by name, with the roles they have now
   */
  TokenChecker(TokenService tokens, Function<String, Optional<Principal>> others) {
    this.tokens = tokens;
    this.others = others;
  }

  CompletionStage<SaslStep> check(String token, Guard guard, TokenService.Bearer bearer) {
    return guard.guarded(PLAIN_NAME, () -> CompletableFuture.completedStage(decide(token, bearer)));
  }

  /** The same for a token that has to be of the same issuer and for the same subject. */
  CompletionStage<SaslStep> renew(
      Principal current, String token, Guard guard, TokenService.Bearer bearer) {
    return guard.guarded(
        PLAIN_NAME,
        () -> {
          SaslStep step = decide(token, bearer);
          boolean other =
              step instanceof SaslStep.Authenticated done
                  && !done.principal().name().equals(current.name());
          return CompletableFuture.completedStage(other ? new SaslStep.Failed(false) : step);
        });
  }

  private SaslStep decide(String token, TokenService.Bearer bearer) {
    try {
      Principal who = tokens.verify(token, bearer);
      if (who.name().startsWith(OF_TOKENS)) {
        return new SaslStep.Authenticated(who, new byte[0]);
      }
      return others
          .apply(who.name())
          .<SaslStep>map(now -> new SaslStep.Authenticated(now.within(who.grant()), new byte[0]))
          .orElse(new SaslStep.Failed(false));
    } catch (TokenException e) {
      LOG.debug("A token was refused: {}", e.getMessage());
      return new SaslStep.Failed(false);
    }
  }
}
