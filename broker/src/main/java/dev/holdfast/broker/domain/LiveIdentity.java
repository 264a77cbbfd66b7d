package dev.holdfast.broker.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What the holder of a connection can do about who it is, without connecting again. Any thread. */
public interface LiveIdentity {

  /** One that can do nothing: management, and tests. */
  LiveIdentity FIXED = token -> CompletableFuture.completedStage(false);

  /**
   * Puts a new token in the place of the one the connection came with: of the same issuer for the
   * same subject. Its scopes replace the old ones, and every link is held to them.
   *
   * @return whether that was done, once it is in force
   */
  CompletionStage<Boolean> renew(String token);

  /**
   * Issues a token for the same principal that may do less, bound to what vouches for it. Blocks.
   *
   * @param scopes what it is for
   * @param life at most 15 minutes
   * @throws IllegalArgumentException with why not, for people
   */
  default Issued issue(List<String> scopes, Duration life) {
    throw new IllegalArgumentException("this connection cannot have a token");
  }

  /**
   * A new token.
   *
   * @param token the secret
   * @param id that revokes it
   * @param expires when
   */
  record Issued(String token, String id, Instant expires) {

    @Override
    public String toString() {
      return "Issued[" + id + "]";
    }
  }
}
