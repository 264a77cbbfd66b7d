package dev.holdfast.broker.amqp.terminus;

import dev.holdfast.broker.domain.DynamicNode;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.TargetRequest;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;

/** What a sending link is told that it really sends to. */
public final class TargetReply {

  private TargetReply() {}

  /**
   * Puts the target into the reply.
   *
   * @param reply has the target that was asked for
   * @param request what that was read as
   */
  public static void fill(Attach reply, TargetRequest request, NodeInfo node) {
    Target used = new Target();
    used.setDurable(TerminusDurability.NONE);
    used.setExpiryPolicy(TerminusExpiryPolicy.LINK_DETACH);
    DynamicNode dynamic = request.dynamic();
    if (dynamic != null) {
      used.setAddress(node.name());
      used.setDynamic(true);
      used.setDynamicNodeProperties(Lifetimes.properties(dynamic));
    } else if (reply.getTarget() instanceof Target asked) {
      used.setAddress(asked.getAddress());
    }
    NodeKind kind = node.kind();
    if (kind != null) {
      used.setCapabilities(Capabilities.of(kind, dynamic != null));
    }
    reply.setTarget(used);
  }
}
