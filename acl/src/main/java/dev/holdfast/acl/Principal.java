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
 * @param groups of this host that it belongs to, as {@code gid:100}
 * @param origin how it is connected; empty: it is not, as when a task goes on for it
 */
public record Principal(
    String name,
    Set<String> roles,
    Optional<Grant> grant,
    Set<String> groups,
    Optional<Origin> origin) {

  /** The role that may do everything. */
  public static final String ADMIN = "admin";

  /** One that came without a token. */
  public Principal(String name, Set<String> roles) {
    this(name, roles, Optional.empty());
  }

  /** One without groups, of whose connection nothing is known. */
  public Principal(String name, Set<String> roles, Optional<Grant> grant) {
    this(name, roles, grant, Set.of(), Optional.empty());
  }

  /** Copies the sets. */
  public Principal {
    roles = Set.copyOf(roles);
    groups = Set.copyOf(groups);
  }

  /** The same, held to a token. */
  public Principal within(Optional<Grant> token) {
    return new Principal(name, roles, token, groups, origin);
  }

  /** The same, in these groups. */
  public Principal in(Set<String> all) {
    return new Principal(name, roles, grant, all, origin);
  }

  /** The same, connected like this. */
  public Principal from(Origin where) {
    return new Principal(name, roles, grant, groups, Optional.of(where));
  }

  @Override
  public String toString() {
    return name;
  }
}
