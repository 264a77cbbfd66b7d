package dev.holdfast.acl;

/** Holds principals with a token to its scopes. Any thread. */
record WithinGrants(AccessPolicy policy) implements AccessPolicy {
  private static final Decision NOT_COVERED =
      new Decision(false, "no scope of the token covers it");

  @Override
  public Decision decide(Principal principal, Permission permission, Resource resource) {
    return covered(principal, permission, resource)
        ? policy.decide(principal, permission, resource)
        : NOT_COVERED;
  }

  @Override
  public Decision decideSending(Principal principal, Resource resource, Sending message) {
    return covered(principal, Permission.SEND, resource)
        ? policy.decideSending(principal, resource, message)
        : NOT_COVERED;
  }

  private static boolean covered(Principal principal, Permission permission, Resource resource) {
    Grant grant = principal.grant().orElse(null);
    return grant == null || grant.covers(permission, resource, principal);
  }
}
