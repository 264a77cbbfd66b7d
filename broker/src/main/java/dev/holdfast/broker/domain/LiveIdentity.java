package dev.holdfast.broker.domain;

import java.util.concurrent.CompletionStage;

/** What the holder of a connection can do about who it is, without connecting again. Any thread. */
public interface LiveIdentity {

  /** One that can do nothing: management, and tests. */
  LiveIdentity FIXED = token -> java.util.concurrent.CompletableFuture.completedStage(false);

  /**
   * Puts a new token in the place of the one the connection came with: of the same issuer for the
   * same subject. Its scopes replace the old ones, and every link is held to them.
   *
   * @return whether that was done, once it is in force
   */
  CompletionStage<Boolean> renew(String token);
}
