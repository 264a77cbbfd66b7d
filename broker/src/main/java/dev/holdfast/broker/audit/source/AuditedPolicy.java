package dev.holdfast.broker.audit.source;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.broker.audit.AuditEvent;
import dev.holdfast.broker.audit.AuditPeer;
import dev.holdfast.broker.audit.AuditTrail;

/** Records every denial of a policy, each counted. Any thread. */
public final class AuditedPolicy implements AccessPolicy {
  private final AccessPolicy policy;
  private final AuditTrail trail;

  /** In front of {@code policy}. */
  public AuditedPolicy(AccessPolicy policy, AuditTrail trail) {
    this.policy = policy;
    this.trail = trail;
  }

  @Override
  public Decision decide(Principal principal, Permission permission, Resource resource) {
    Decision decision = policy.decide(principal, permission, resource);
    if (!decision.allowed()) {
      trail.count(
          AuditEvent.of("access", AuditEvent.Outcome.DENY)
              .code("HF-ACL-DENY")
              .by(AuditPeer.named(principal.name()))
              .asked(permission.word(), resource.toString())
              .rule(decision.why()));
    }
    return decision;
  }
}
