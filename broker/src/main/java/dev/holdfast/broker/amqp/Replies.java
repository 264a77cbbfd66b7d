package dev.holdfast.broker.amqp;

import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transaction.TxnCapability;
import org.apache.qpid.proton.amqp.transport.Attach;
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

  private static final Symbol[] OUTCOMES = {
    Accepted.DESCRIPTOR_SYMBOL,
    Rejected.DESCRIPTOR_SYMBOL,
    Released.DESCRIPTOR_SYMBOL,
    Modified.DESCRIPTOR_SYMBOL
  };

  private Replies() {}

  static Open open(AmqpSettings settings) {
    AmqpLimits limits = settings.limits();
    Open open = new Open();
    open.setContainerId(settings.containerId());
    open.setMaxFrameSize(UnsignedInteger.valueOf(limits.maxFrameBytes()));
    open.setChannelMax(UnsignedShort.valueOf((short) (limits.perConnection().sessions() - 1)));
    open.setIdleTimeOut(UnsignedInteger.valueOf(limits.idleTimeOutMs() / 2));
    open.setOfferedCapabilities(ANONYMOUS_RELAY, SOLE_CONNECTION);
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
    reply.setSource(source(asked.getSource(), brokerSends));
    reply.setTarget(target(asked.getTarget(), brokerSends));
    return reply;
  }

  static void maxMessageSize(Attach reply, long bytes) {
    reply.setMaxMessageSize(UnsignedLong.valueOf(bytes));
  }

  private static org.apache.qpid.proton.amqp.transport.@Nullable Source source(
      org.apache.qpid.proton.amqp.transport.@Nullable Source asked, boolean brokerSends) {
    if (!brokerSends || !(asked instanceof Source wanted)) {
      return asked;
    }
    Source used = new Source();
    used.setAddress(wanted.getAddress());
    used.setDurable(TerminusDurability.NONE);
    used.setExpiryPolicy(TerminusExpiryPolicy.LINK_DETACH);
    used.setDefaultOutcome(wanted.getDefaultOutcome());
    used.setOutcomes(OUTCOMES);
    used.setCapabilities(wanted.getCapabilities());
    return used;
  }

  private static org.apache.qpid.proton.amqp.transport.@Nullable Target target(
      org.apache.qpid.proton.amqp.transport.@Nullable Target asked, boolean brokerSends) {
    if (asked instanceof Coordinator) {
      Coordinator used = new Coordinator();
      used.setCapabilities(COORDINATOR.toArray(Symbol[]::new));
      return used;
    }
    if (brokerSends || !(asked instanceof Target wanted)) {
      return asked;
    }
    Target used = new Target();
    used.setAddress(wanted.getAddress());
    used.setDurable(TerminusDurability.NONE);
    used.setExpiryPolicy(TerminusExpiryPolicy.LINK_DETACH);
    used.setCapabilities(wanted.getCapabilities());
    return used;
  }
}
