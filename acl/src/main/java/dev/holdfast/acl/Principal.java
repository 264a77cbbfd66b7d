package dev.holdfast.acl;

import java.util.Optional;
import java.util.Set;

/**
 * The authenticated identity.
 *
 * @param name in the grammar {@code uid:1001}, {@code user:alice}, {@code cert:…}, {@code
 *     token:iss/sub}
 * @param roles the roles it has, for example {@code admin}
 * @param grant what its token holds it to; empty: it came without one
 */
public record Principal(String name, Set<String> roles, Optional<Grant> grant) {

  /** The role that may do everything. */
  public static final String ADMIN = "admin";

  /** One that came without a token. */
  public Principal(String name, Set<String> roles) {
    this(name, roles, Optional.empty());
  }

  /** Copies the roles. */
  public Principal {
    roles = Set.copyOf(roles);
  }

  @Override
  public String toString() {
    return name;
  }
}
