package dev.holdfast.broker.audit.source;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.acl.Sending;
import dev.holdfast.broker.audit.AuditEvent;
import dev.holdfast.broker.audit.AuditPeer;
import dev.holdfast.broker.audit.AuditTrail;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Objects;

/** Records every denial of a policy, each counted. Any thread. */
public final class AuditedPolicy implements AccessPolicy {
  private final AccessPolicy policy;
  private final AuditTrail trail;
  private final long boot = new SecureRandom().nextLong();

  /** In front of {@code policy}. */
  public AuditedPolicy(AccessPolicy policy, AuditTrail trail) {
    this.policy = policy;
    this.trail = trail;
  }

  @Override
  public Decision decide(Principal principal, Permission permission, Resource resource) {
    return recorded(
        policy.decide(principal, permission, resource), principal, permission, resource);
  }

  @Override
  public Decision decideSending(Principal principal, Resource resource, Sending message) {
    return recorded(
        policy.decideSending(principal, resource, message), principal, Permission.SEND, resource);
  }

  @Override
  public AccessPolicy unrecorded() {
    return policy;
  }

  private Decision recorded(
      Decision decision, Principal principal, Permission permission, Resource resource) {
    if (decision.allowed()) {
      return decision;
    }
    // The same for the same denial, so that a flood of it stays one record with a count.
    int hash = Objects.hash(boot, principal.name(), permission, resource, decision.why());
    String id = String.format(Locale.ROOT, "D-%08x", hash);
    trail.count(
        AuditEvent.of("access", AuditEvent.Outcome.DENY)
            .code("HF-ACL-DENY")
            .by(AuditPeer.named(principal.name()))
            .asked(permission.word(), resource.toString())
            .rule(decision.why())
            .extra("decision", id));
    return decision.withId(id);
  }
}
