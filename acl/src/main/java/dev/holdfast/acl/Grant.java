package dev.holdfast.acl;

import java.util.List;

/**
 * What a principal with a token is held to: its rights are those of its rules and roles as far as a
 * scope covers them. Immutable.
 *
 * @param id of the token
 * @param expires in seconds since the epoch
 * @param scopes none: nothing is allowed
 */
public record Grant(String id, long expires, List<Scope> scopes) {

  /** Copies the list. */
  public Grant {
    scopes = List.copyOf(scopes);
  }

  /** Whether a scope covers it. */
  public boolean covers(Permission permission, Resource resource) {
    return scopes.stream().anyMatch(scope -> scope.covers(permission, resource));
  }
}
