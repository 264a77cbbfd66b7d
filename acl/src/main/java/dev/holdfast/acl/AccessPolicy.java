package dev.holdfast.acl;

/** Decides requests. Implementations are immutable; any thread may ask. */
public interface AccessPolicy {

  /** Decides one request; absence of a rule is a denial. */
  Decision decide(Principal principal, Permission permission, Resource resource);

  /**
   * Holds principals with a token to its scopes: what no scope covers is denied, the rest is for
   * {@code policy} to decide. A token never widens anything.
   */
  static AccessPolicy withinGrants(AccessPolicy policy) {
    return (principal, permission, resource) ->
        principal.grant().map(g -> g.covers(permission, resource)).orElse(true)
            ? policy.decide(principal, permission, resource)
            : new Decision(false, "no scope of the token covers it");
  }

  /**
   * The policy of a broker without rules: the role {@code admin} may do everything, others nothing.
   */
  static AccessPolicy adminOnly() {
    return (principal, permission, resource) ->
        principal.roles().contains(Principal.ADMIN)
            ? new Decision(true, "role " + Principal.ADMIN)
            : new Decision(false, principal.name() + " has no role that allows anything");
  }
}
