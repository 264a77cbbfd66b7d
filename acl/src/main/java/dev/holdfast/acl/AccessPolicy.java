package dev.holdfast.acl;

/** Decides requests. Implementations are immutable; any thread may ask. */
public interface AccessPolicy {

  /** Decides one request; absence of a rule is a denial. */
  Decision decide(Principal principal, Permission permission, Resource resource);

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
