package dev.holdfast.acl;

import java.util.Set;

/**
 * The authenticated identity.
 *
 * @param name in the grammar {@code uid:1001}, {@code user:alice}, {@code cert:…}, {@code
 *     token:iss/sub}
 * @param roles the roles it has, for example {@code admin}
 */
public record Principal(String name, Set<String> roles) {

  /** The role that may do everything. */
  public static final String ADMIN = "admin";

  /** Copies the roles. */
  public Principal {
    roles = Set.copyOf(roles);
  }

  @Override
  public String toString() {
    return name;
  }
}
