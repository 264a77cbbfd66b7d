package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.TargetRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.jspecify.annotations.Nullable;

/**
 * Decides what an attach becomes: a publisher, a consumer, or a refusal. Whatever is not offered is
 * refused by name, never silently left out, for a client that asked for a selector and got all
 * messages would be worse off than one that got an error.
 */
final class Attacher {

  private static final int MAX_ADDRESS_BYTES = 300;
  private static final int MAX_NAME_CHARS = 1_024;
  private static final Symbol QUEUE = Symbol.getSymbol("queue");
  private static final Symbol COPY = Symbol.getSymbol("copy");

  /** Filters that change which messages a consumer gets: descriptors as number and as symbol. */
  private static final Set<Object> SELECTIVE_FILTERS =
      Set.of(
          UnsignedLong.valueOf(0x0000_468C_0000_0003L),
          Symbol.getSymbol("apache.org:no-local-filter:list"),
          UnsignedLong.valueOf(0x0000_468C_0000_0004L),
          Symbol.getSymbol("apache.org:selector-filter:string"));

  private Attacher() {}

  /**
   * Makes the link.
   *
   * @param room whether the connection may have one more link
   */
  static Link attach(Session session, Attach attach, boolean room) {
    boolean brokerSends = attach.getRole() == Role.RECEIVER;
    AmqpConnection connection = session.connection;
    LinkEnd end =
        new LinkEnd(
            session,
            attach.getHandle().intValue(),
            attach.getName(),
            connection.linkKey(attach.getName(), brokerSends));
    Attach reply = Replies.to(attach);
    Fault fault = commonFault(attach, room);
    if (fault == null) {
      fault = brokerSends ? sourceFault(attach) : targetFault(attach);
    }
    if (fault != null) {
      return refuse(end, reply, AmqpErrors.of(fault));
    }
    claim(end, connection);
    return brokerSends ? consumer(end, attach, reply) : receiving(end, attach, reply);
  }

  private static Link refuse(LinkEnd end, Attach reply, ErrorCondition error) {
    RefusedLink link = new RefusedLink(end);
    end.belongsTo(link);
    reply.setTarget(reply.getRole() == Role.RECEIVER ? null : reply.getTarget());
    reply.setSource(reply.getRole() == Role.SENDER ? null : reply.getSource());
    end.refused(reply, error);
    return link;
  }

  private static void claim(LinkEnd end, AmqpConnection connection) {
    LinkEnd before = connection.edge.registry.claim(end.key, end);
    if (before != null) {
      AmqpConnection other = before.session.connection;
      ErrorCondition stolen = AmqpErrors.of(Fault.STOLEN);
      other.onLoop(() -> before.link().expel(stolen));
    }
  }

  private static Link receiving(LinkEnd end, Attach attach, Attach reply) {
    int initialDeliveryCount = attach.getInitialDeliveryCount().intValue();
    if (attach.getTarget() instanceof Coordinator) {
      boolean takesRejected =
          !(attach.getSource() instanceof Source source)
              || source.getOutcomes() == null
              || Arrays.asList(source.getOutcomes()).contains(Rejected.DESCRIPTOR_SYMBOL);
      return new CoordinatorLink(end, reply, takesRejected, initialDeliveryCount);
    }
    Target target = (Target) attach.getTarget();
    String address = target.getAddress() == null ? "" : target.getAddress();
    return new PublisherLink(end, reply, TargetRequest.of(address), initialDeliveryCount);
  }

  private static Link consumer(LinkEnd end, Attach attach, Attach reply) {
    Source source = (Source) attach.getSource();
    Outcome given = Outcomes.of(source.getDefaultOutcome());
    Outcome whenLost = given == null ? new Outcome.Modified(true, false) : given;
    Outcome withoutState = given == null ? Outcome.ACCEPTED : given;
    return new ConsumerLink(
        end,
        reply,
        new ConsumerLink.ConsumerTerms(
            SourceRequest.of(source.getAddress()),
            attach.getSndSettleMode() == SenderSettleMode.SETTLED,
            whenLost,
            withoutState));
  }

  private static @Nullable Fault commonFault(Attach attach, boolean room) {
    if (!room) {
      return Fault.TOO_MANY_LINKS;
    }
    return attach.getName().length() > MAX_NAME_CHARS ? Fault.LINK_NAME : null;
  }

  private static @Nullable Fault targetFault(Attach attach) {
    if (attach.getInitialDeliveryCount() == null) {
      return Fault.INITIAL_COUNT;
    }
    if (attach.getTarget() == null) {
      return Fault.NO_ADDRESS;
    }
    if (attach.getTarget() instanceof Coordinator coordinator) {
      return offered(coordinator.getCapabilities(), Replies.COORDINATOR)
          ? null
          : Fault.NO_DISTRIBUTED;
    }
    if (!(attach.getTarget() instanceof Target target)) {
      return Fault.NO_ADDRESS;
    }
    if (target.getDynamic()) {
      return Fault.NO_DYNAMIC;
    }
    if (target.getAddress() != null && !fits(target.getAddress())) {
      return Fault.ADDRESS;
    }
    return capabilityFault(target.getCapabilities());
  }

  private static @Nullable Fault sourceFault(Attach attach) {
    if (attach.getSource() == null) {
      return Fault.NO_SUBSCRIPTION;
    }
    if (!(attach.getSource() instanceof Source source)) {
      return Fault.NO_ADDRESS;
    }
    if (source.getDynamic()) {
      return Fault.NO_DYNAMIC;
    }
    if (source.getAddress() == null || source.getAddress().isEmpty()) {
      return Fault.NO_ADDRESS;
    }
    if (!fits(source.getAddress())) {
      return Fault.ADDRESS;
    }
    if (COPY.equals(source.getDistributionMode())) {
      return Fault.NO_BROWSING;
    }
    if (selective(source.getFilter())) {
      return Fault.NO_SELECTOR;
    }
    return capabilityFault(source.getCapabilities());
  }

  private static boolean fits(String address) {
    return address.getBytes(StandardCharsets.UTF_8).length <= MAX_ADDRESS_BYTES;
  }

  private static @Nullable Fault capabilityFault(Symbol @Nullable [] wanted) {
    return offered(wanted, List.of(QUEUE)) ? null : Fault.NO_CAPABILITY;
  }

  private static boolean offered(Symbol @Nullable [] wanted, List<Symbol> offered) {
    return wanted == null || offered.containsAll(Arrays.asList(wanted));
  }

  private static boolean selective(@Nullable Map<?, ?> filters) {
    return filters != null
        && filters.values().stream()
            .anyMatch(
                filter ->
                    filter instanceof DescribedType described
                        && SELECTIVE_FILTERS.contains(described.getDescriptor()));
  }
}
