package dev.holdfast.broker.identity;

import dev.holdfast.broker.identity.token.TokenService;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * OAUTHBEARER (RFC 7628) and XOAUTH2, its forerunner: a token. A refusal is told by the outcome
 * alone. One caller at a time.
 */
final class BearerExchange implements SaslExchange {
  private static final String KEY = "auth=bearer ";

  /** How the message of OAUTHBEARER begins: no channel binding. */
  static final String RFC_7628 = "n,";

  /** How that of XOAUTH2 does; the name that follows is the client's affair. */
  static final String XOAUTH2 = "user=";

  private static final String SEPARATOR = "\u0001";

  private final TokenChecker tokens;
  private final Guard guard;
  private final TokenService.Bearer bearer;
  private final String beginning;

  BearerExchange(TokenChecker tokens, Guard guard, TokenService.Bearer bearer, String beginning) {
    this.beginning = beginning;
    this.tokens = tokens;
    this.guard = guard;
    this.bearer = bearer;
  }

  @Override
  public CompletionStage<SaslStep> respond(byte @Nullable [] response) {
    if (response == null) {
      return CompletableFuture.completedStage(new SaslStep.Challenge(new byte[0]));
    }
    Optional<String> token = PlainExchange.utf8(response, 0, response.length).flatMap(this::token);
    return token.isEmpty()
        ? CompletableFuture.completedStage(new SaslStep.Failed(false))
        : tokens.check(token.get(), guard, bearer);
  }

  /**
   * {@code n,a=NAME,} or {@code user=NAME}, 0x01 {@code auth=Bearer TOKEN} 0x01 0x01, with other
   * fields in between.
   */
  private Optional<String> token(String message) {
    String[] parts = message.split(SEPARATOR, -1);
    if (!parts[0].startsWith(beginning)) {
      return Optional.empty();
    }
    for (String part : parts) {
      if (part.regionMatches(true, 0, KEY, 0, KEY.length())) {
        return Optional.of(part.substring(KEY.length()).strip());
      }
    }
    return Optional.empty();
  }
}
