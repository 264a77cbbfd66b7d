package dev.holdfast.acl;

/** Decides requests. Any thread may ask. */
public interface AccessPolicy {

  /** Decides one request; absence of a rule is a denial. */
  Decision decide(Principal principal, Permission permission, Resource resource);

  /**
   * Decides about one message to be sent. Has to be asked for each one where {@link #decide} said
   * {@link Decision#perMessage()}.
   */
  default Decision decideSending(Principal principal, Resource resource, Sending message) {
    return decide(principal, Permission.SEND, resource);
  }

  /**
   * The same policy without a record of what it denies: for listings, where nobody has asked for
   * what is left out.
   */
  default AccessPolicy unrecorded() {
    return this;
  }

  /**
   * Holds principals with a token to its scopes: what no scope covers is denied, the rest is for
   * {@code policy} to decide. A token never widens anything.
   */
  static AccessPolicy withinGrants(AccessPolicy policy) {
    return new WithinGrants(policy);
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
