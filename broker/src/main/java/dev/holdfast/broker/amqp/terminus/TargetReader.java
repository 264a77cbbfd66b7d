package dev.holdfast.broker.amqp.terminus;

import dev.holdfast.broker.domain.DynamicNode;
import dev.holdfast.broker.domain.TargetRequest;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;

/** Reads what a sending link asks for (part 3 §3.5.4). */
public final class TargetReader {

  private TargetReader() {}

  /**
   * The request that the attach makes.
   *
   * @param target its target
   * @throws TerminusException it makes none that could be fulfilled
   */
  public static TargetRequest read(Attach attach, Target target) {
    boolean duplicateReport =
        Capabilities.has(attach.getDesiredCapabilities(), Capabilities.DUPLICATE_REPORT);
    if (target.getDynamic()) {
      DynamicNode node =
          Lifetimes.node(target.getCapabilities(), target.getDynamicNodeProperties());
      return new TargetRequest("", node.kind(), node, duplicateReport);
    }
    return new TargetRequest(
        Addresses.given(target.getAddress()),
        Capabilities.kind(target.getCapabilities()),
        null,
        duplicateReport);
  }
}
