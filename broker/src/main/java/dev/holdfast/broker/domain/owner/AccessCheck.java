package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeName;
import org.jspecify.annotations.Nullable;

/**
 * Asks the policy about nodes by address. Asked before it is looked whether the node exists, so
 * that a denial tells nothing about that.
 */
final class AccessCheck {
  private final AccessPolicy policy;

  AccessCheck(AccessPolicy policy) {
    this.policy = policy;
  }

  /** Null when allowed. */
  @Nullable NodeError denied(Principal principal, Permission permission, String address) {
    return policy.decide(principal, permission, resource(address)).allowed()
        ? null
        : new NodeError(
            NodeError.Code.UNAUTHORIZED,
            principal.name()
                + " may not "
                + permission.name().toLowerCase(java.util.Locale.ROOT)
                + " here; ask an administrator of the broker");
  }

  /** Null when the principal may see the broker as a whole. */
  @Nullable NodeError deniedBroker(Principal principal, Permission permission) {
    return policy.decide(principal, permission, Resource.THE_BROKER).allowed()
        ? null
        : new NodeError(
            NodeError.Code.UNAUTHORIZED,
            principal.name() + " may not see the broker's nodes; ask an administrator");
  }

  private static Resource resource(String address) {
    return address.endsWith(NodeName.DEAD_LETTER_SUFFIX)
        ? Resource.deadLetters(
            address.substring(0, address.length() - NodeName.DEAD_LETTER_SUFFIX.length()))
        : Resource.queue(address);
  }
}
