package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.FrameOutput;
import dev.holdfast.broker.amqp.terminus.Capabilities;
import dev.holdfast.broker.amqp.terminus.SourceReply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.TxnCapability;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.jspecify.annotations.Nullable;

/** What the broker answers open and attach with: what it really does, not what it was asked for. */
final class Replies {

  static final Symbol ANONYMOUS_RELAY = Symbol.getSymbol("ANONYMOUS-RELAY");
  static final Symbol SOLE_CONNECTION = Symbol.getSymbol("sole-connection-for-container");

  /** What the coordinator of transactions can do (part 4 §4.5.9). */
  static final List<Symbol> COORDINATOR =
      List.of(
          TxnCapability.LOCAL_TXN,
          TxnCapability.MULTI_TXNS_PER_SSN,
          TxnCapability.MULTI_SSNS_PER_TXN);

  private Replies() {}

  static Open open(AmqpSettings settings) {
    AmqpLimits limits = settings.limits();
    Open open = new Open();
    open.setContainerId(settings.containerId());
    open.setMaxFrameSize(UnsignedInteger.valueOf(limits.maxFrameBytes()));
    open.setChannelMax(UnsignedShort.valueOf((short) (limits.perConnection().sessions() - 1)));
    open.setIdleTimeOut(UnsignedInteger.valueOf(limits.idleTimeOutMs() / 2));
    open.setOfferedCapabilities(
        ANONYMOUS_RELAY, SOLE_CONNECTION, Capabilities.SHARED_SUBS, Capabilities.DELAYED_DELIVERY);
    open.setProperties(
        Map.of(
            Symbol.getSymbol("product"), "Holdfast",
            Symbol.getSymbol("version"), settings.version(),
            Symbol.getSymbol("platform"), "JVM"));
    return open;
  }

  /** An open that only announces the close that follows it, as clients tell a refusal apart. */
  static Open failedOpen(AmqpSettings settings) {
    Open open = open(settings);
    open.setProperties(
        Map.of(Symbol.getSymbol("amqp:connection-establishment-failed"), Boolean.TRUE));
    return open;
  }

  /** The reply to an attach; its termini are still those that were asked for. */
  static Attach to(Attach asked) {
    Attach reply = new Attach();
    reply.setName(asked.getName());
    reply.setHandle(asked.getHandle());
    boolean brokerSends = asked.getRole() == Role.RECEIVER;
    reply.setRole(brokerSends ? Role.SENDER : Role.RECEIVER);
    reply.setSndSettleMode(asked.getSndSettleMode());
    reply.setRcvSettleMode(ReceiverSettleMode.FIRST);
    if (brokerSends) {
      reply.setInitialDeliveryCount(UnsignedInteger.ZERO);
    }
    reply.setSource(asked.getSource());
    reply.setTarget(asked.getTarget() instanceof Coordinator ? coordinator() : asked.getTarget());
    reply.setOfferedCapabilities(Capabilities.offered(asked.getDesiredCapabilities(), brokerSends));
    return reply;
  }

  /**
   * The flow of a link whose deliveries are held back, with the reason among its properties (part 2
   * §2.7.4); or go on, without one.
   */
  static Flow paused(
      FrameOutput.SessionState session, FrameOutput.LinkState link, @Nullable String reason) {
    Flow flow = new Flow();
    flow.setNextIncomingId(UnsignedInteger.valueOf(session.nextIncomingId()));
    flow.setIncomingWindow(UnsignedInteger.valueOf(session.incomingWindow()));
    flow.setNextOutgoingId(UnsignedInteger.valueOf(session.nextOutgoingId()));
    flow.setOutgoingWindow(UnsignedInteger.valueOf(session.outgoingWindow()));
    flow.setHandle(UnsignedInteger.valueOf(link.handle()));
    flow.setDeliveryCount(UnsignedInteger.valueOf(link.deliveryCount()));
    flow.setLinkCredit(UnsignedInteger.valueOf(link.credit()));
    flow.setAvailable(UnsignedInteger.valueOf(link.available()));
    flow.setDrain(link.drain());
    Map<Symbol, @Nullable Object> properties = new HashMap<>();
    properties.put(SourceReply.PAUSED, reason);
    flow.setProperties(properties);
    return flow;
  }

  private static Coordinator coordinator() {
    Coordinator used = new Coordinator();
    used.setCapabilities(COORDINATOR.toArray(Symbol[]::new));
    return used;
  }

  static void maxMessageSize(Attach reply, long bytes) {
    reply.setMaxMessageSize(UnsignedLong.valueOf(bytes));
  }
}
