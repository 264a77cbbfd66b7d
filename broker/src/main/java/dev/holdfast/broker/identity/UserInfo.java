package dev.holdfast.broker.identity;

import java.time.Instant;
import java.util.Set;

/**
 * A user as an administrator sees it; nothing in it is secret.
 *
 * @param name without the {@code user:} of the principal
 * @param roles for example {@code admin}
 * @param scheme how the password is kept
 * @param created when the user was made
 * @param enabled whether it may log in
 */
public record UserInfo(
    String name, Set<String> roles, Scheme scheme, Instant created, boolean enabled) {

  /** Ways of keeping a password. */
  public enum Scheme {
    /** A generated password: verifiers for SCRAM, works with PLAIN too. */
    SCRAM,
    /** A chosen password: Argon2id, works with PLAIN only. */
    ARGON2ID
  }
}
