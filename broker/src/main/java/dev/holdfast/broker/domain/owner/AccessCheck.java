package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.acl.Sending;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.Peer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the policy about nodes by address. Asked before anything is told about whether the node
 * exists, so that a denial tells nothing about that.
 */
final class AccessCheck {
  private static final NodeError SEAL_REQUIRED =
      new NodeError(
          NodeError.Code.UNAUTHORIZED,
          "HF-SEAL-REQUIRED: messages to this node have to be encrypted end to end");

  private final AccessPolicy policy;
  private final NodeRegistry nodes;
  private final DynamicNodes dynamic;

  AccessCheck(AccessPolicy policy, NodeRegistry nodes, DynamicNodes dynamic) {
    this.policy = policy;
    this.nodes = nodes;
    this.dynamic = dynamic;
  }

  /** The same, but denials are no news: nobody has asked for what is denied. */
  AccessCheck unrecorded() {
    return new AccessCheck(policy.unrecorded(), nodes, dynamic);
  }

  /**
   * Null when allowed. A name that is no node yet is asked about as both kinds: whoever may do this
   * to one of them may hear that it is missing.
   */
  @Nullable NodeError denied(Principal principal, Permission permission, String address) {
    if (SubscriptionNames.isSubscription(address) || isDeadLetters(address)) {
      return denied(principal, permission, special(address));
    }
    Peer creator = dynamic.creator(address);
    if (creator != null) {
      return deniedDynamic(principal, permission, address, creator.principal());
    }
    Node node = nodes.find(address);
    if (node != null) {
      return denied(principal, permission, node.kind(), address);
    }
    NodeError asQueue = denied(principal, permission, Resource.queue(address));
    return asQueue == null ? null : denied(principal, permission, Resource.topic(address));
  }

  /** Who has been told the name may send; only who made the node may do anything else. */
  private @Nullable NodeError deniedDynamic(
      Principal principal, Permission permission, String address, Principal creator) {
    return permission == Permission.SEND || principal.name().equals(creator.name())
        ? null
        : denied(principal, Permission.MANAGE, Resource.queue(address));
  }

  /** Null when allowed for a node of this kind, there or not. */
  @Nullable NodeError denied(
      Principal principal, Permission permission, NodeKind kind, String name) {
    return denied(
        principal,
        permission,
        kind == NodeKind.TOPIC ? Resource.topic(name) : Resource.queue(name));
  }

  /** Null when the principal may see the broker as a whole. */
  @Nullable NodeError deniedBroker(Principal principal, Permission permission) {
    Decision decision = policy.decide(principal, permission, Resource.THE_BROKER);
    return decision.allowed()
        ? null
        : new NodeError(
            NodeError.Code.UNAUTHORIZED,
            principal.name()
                + " may not see the broker's nodes; ask an administrator"
                + decision.reference());
  }

  /** Whether each message that is sent to a node has to be asked about. */
  boolean asksPerMessage(Principal principal, Node node) {
    return dynamic.creator(node.name()) == null
        && policy.decide(principal, Permission.SEND, resource(node)).perMessage();
  }

  /** Null when this message may be sent; {@link #asksPerMessage} was true. */
  @Nullable NodeError deniedSending(Principal principal, Node node, IncomingMessage message) {
    Resource to = resource(node);
    boolean sealed = message.marks().sealed();
    Decision decision = policy.decideSending(principal, to, new Sending(message.bytes(), sealed));
    if (decision.allowed() || sealed) {
      return error(decision, principal, Permission.SEND);
    }
    Sending sealedOne = new Sending(message.bytes(), true);
    return policy.unrecorded().decideSending(principal, to, sealedOne).allowed()
        ? SEAL_REQUIRED
        : error(decision, principal, Permission.SEND);
  }

  private static Resource resource(Node node) {
    return node.kind() == NodeKind.TOPIC
        ? Resource.topic(node.name())
        : isDeadLetters(node.name()) ? special(node.name()) : Resource.queue(node.name());
  }

  private @Nullable NodeError denied(
      Principal principal, Permission permission, Resource resource) {
    return error(policy.decide(principal, permission, resource), principal, permission);
  }

  private static @Nullable NodeError error(
      Decision decision, Principal principal, Permission permission) {
    if (decision.allowed()) {
      return null;
    }
    return new NodeError(
        NodeError.Code.UNAUTHORIZED,
        principal.name()
            + " may not "
            + permission.word()
            + " here; ask an administrator of the broker"
            + decision.reference());
  }

  /** Told to those who were let in before. */
  static NodeError revoked(NodeError denied) {
    return new NodeError(denied.code(), "HF-ACL-REVOKED: " + denied.description());
  }

  private static boolean isDeadLetters(String address) {
    return address.endsWith(NodeName.DEAD_LETTER_SUFFIX);
  }

  /**
   * Dead letters are {@code dlq:NODE} or {@code dlq:TOPIC::NAME}: with {@code ::}, no queue can
   * have a name that means the same.
   */
  private static Resource special(String address) {
    return isDeadLetters(address)
        ? Resource.deadLetters(
            address.substring(0, address.length() - NodeName.DEAD_LETTER_SUFFIX.length()))
        : Resource.subscription(SubscriptionNames.source(address), SubscriptionNames.name(address));
  }
}
