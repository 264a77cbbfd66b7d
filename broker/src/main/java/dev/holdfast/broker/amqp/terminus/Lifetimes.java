package dev.holdfast.broker.amqp.terminus;

import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.domain.DynamicNode;
import dev.holdfast.broker.domain.DynamicNode.Lifetime;
import dev.holdfast.broker.domain.NodeKind;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.DeleteOnClose;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinks;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoLinksOrMessages;
import org.apache.qpid.proton.amqp.messaging.DeleteOnNoMessages;
import org.jspecify.annotations.Nullable;

/** Dynamic nodes' properties (part 3 §3.5.9): of them, {@code lifetime-policy} is heeded. */
final class Lifetimes {

  private static final Symbol LIFETIME_POLICY = Symbol.getSymbol("lifetime-policy");

  private Lifetimes() {}

  /** The node that is asked for: without a kind it is a queue, without a policy of its link. */
  static DynamicNode node(Symbol @Nullable [] capabilities, @Nullable Map<?, ?> properties) {
    NodeKind kind = Capabilities.kind(capabilities);
    Object policy = properties == null ? null : properties.get(LIFETIME_POLICY);
    return new DynamicNode(kind == null ? NodeKind.QUEUE : kind, lifetime(policy));
  }

  private static Lifetime lifetime(@Nullable Object policy) {
    if (policy == null || policy instanceof DeleteOnClose) {
      return Lifetime.DELETE_ON_CLOSE;
    }
    if (policy instanceof DeleteOnNoLinks) {
      return Lifetime.DELETE_ON_NO_LINKS;
    }
    if (policy instanceof DeleteOnNoMessages) {
      return Lifetime.DELETE_ON_NO_MESSAGES;
    }
    if (policy instanceof DeleteOnNoLinksOrMessages) {
      return Lifetime.DELETE_ON_NO_LINKS_OR_MESSAGES;
    }
    throw new TerminusException(Fault.LIFETIME);
  }

  /** What the reply says. */
  static Map<Symbol, Object> properties(DynamicNode node) {
    return Map.of(
        LIFETIME_POLICY,
        switch (node.lifetime()) {
          case DELETE_ON_CLOSE -> DeleteOnClose.getInstance();
          case DELETE_ON_NO_LINKS -> DeleteOnNoLinks.getInstance();
          case DELETE_ON_NO_MESSAGES -> DeleteOnNoMessages.getInstance();
          case DELETE_ON_NO_LINKS_OR_MESSAGES -> DeleteOnNoLinksOrMessages.getInstance();
        });
  }
}
