package dev.holdfast.acl;

import java.util.List;

/**
 * What a principal with a token is held to: its rights are those of its rules and roles as far as a
 * scope covers them. Immutable.
 *
 * @param id of the token
 * @param key that vouches for it: its issuer and the key's id, as those who check tokens write it
 * @param issued in seconds since the epoch
 * @param expires in seconds since the epoch
 * @param scopes none: nothing is allowed
 */
public record Grant(String id, String key, long issued, long expires, List<Scope> scopes) {

  /** Copies the list. */
  public Grant {
    scopes = List.copyOf(scopes);
  }

  /** One that nothing is known of but what it allows, and until when. */
  public Grant(String id, long expires, List<Scope> scopes) {
    this(id, "", 0, expires, scopes);
  }

  /** Whether a scope covers it. */
  public boolean covers(Permission permission, Resource resource, Principal principal) {
    return scopes.stream().anyMatch(scope -> scope.covers(permission, resource, principal));
  }
}
