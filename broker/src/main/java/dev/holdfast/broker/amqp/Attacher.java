package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.terminus.SourceReader;
import dev.holdfast.broker.amqp.terminus.TargetReader;
import dev.holdfast.broker.amqp.terminus.TerminusException;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.TargetRequest;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transaction.Coordinator;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.jspecify.annotations.Nullable;

/** Decides what an attach becomes: a publisher, a consumer, a coordinator, or a refusal. */
final class Attacher {

  private static final int MAX_NAME_CHARS = 1_024;

  /** The node that takes new tokens. */
  private static final String CBS = "$cbs";

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
            connection.linkKey(attach.getName(), brokerSends),
            renews(attach, brokerSends));
    Attach reply = Replies.to(attach);
    Fault fault = end.isFrozen() ? Fault.TOKEN_EXPIRED : commonFault(attach, room);
    if (fault == null) {
      fault = brokerSends ? sourceFault(attach) : targetFault(attach);
    }
    if (fault != null) {
      return refuse(end, reply, AmqpErrors.of(fault));
    }
    try {
      return brokerSends ? consumer(end, attach, reply) : receiving(end, attach, reply);
    } catch (TerminusException unusable) {
      return refuse(end, reply, AmqpErrors.of(unusable));
    }
  }

  private static boolean renews(Attach attach, boolean brokerSends) {
    if (brokerSends) {
      return attach.getSource() instanceof Source source && CBS.equals(source.getAddress());
    }
    return attach.getTarget() instanceof Target target && CBS.equals(target.getAddress());
  }

  private static Link refuse(LinkEnd end, Attach reply, ErrorCondition error) {
    RefusedLink link = new RefusedLink(end);
    end.belongsTo(link);
    reply.setTarget(reply.getRole() == Role.RECEIVER ? null : reply.getTarget());
    reply.setSource(reply.getRole() == Role.SENDER ? null : reply.getSource());
    end.refused(reply, error);
    return link;
  }

  /**
   * Takes the link's name over from whoever has it; {@code then} comes once the domain has been
   * told that the other is gone.
   */
  private static void claim(LinkEnd end, Runnable then) {
    AmqpConnection connection = end.session.connection;
    LinkEnd before = connection.edge.registry.claim(end.key, end);
    if (before == null) {
      then.run();
    } else {
      before.expel(AmqpErrors.of(Fault.STOLEN), () -> connection.onLoop(then));
    }
  }

  private static Link receiving(LinkEnd end, Attach attach, Attach reply) {
    int initialDeliveryCount = attach.getInitialDeliveryCount().intValue();
    if (attach.getTarget() instanceof Coordinator) {
      end.isFor("transact", null);
      CoordinatorLink link =
          new CoordinatorLink(end, reply, takesRejected(attach), initialDeliveryCount);
      claim(end, link::open);
      return link;
    }
    TargetRequest target = TargetReader.read(attach, (Target) attach.getTarget());
    end.isFor("send", target.address());
    PublisherLink link =
        new PublisherLink(end, reply, target, takesRejected(attach), initialDeliveryCount);
    claim(end, link::open);
    return link;
  }

  /** Whether a sender lists the outcome rejected, or none at all (part 3 §3.5.3). */
  private static boolean takesRejected(Attach attach) {
    return !(attach.getSource() instanceof Source source)
        || source.getOutcomes() == null
        || source.getOutcomes().length == 0
        || Arrays.asList(source.getOutcomes()).contains(Rejected.DESCRIPTOR_SYMBOL);
  }

  private static Link consumer(LinkEnd end, Attach attach, Attach reply) {
    ConsumerTerms terms =
        attach.getSource() instanceof Source source
            ? terms(attach, source, end.session.connection.edge.codec)
            : ConsumerTerms.lookup(SourceReader.lookup(attach));
    end.isFor(terms.browses() ? "browse" : "receive", terms.address());
    ConsumerLink link = new ConsumerLink(end, reply, terms);
    claim(end, link::open);
    return link;
  }

  private static ConsumerTerms terms(Attach attach, Source source, ColdCodec codec) {
    Outcome given = Outcomes.of(source.getDefaultOutcome(), codec);
    Outcome whenLost = given == null ? new Outcome.Modified(true, false) : given;
    Outcome withoutState = given == null ? Outcome.ACCEPTED : given;
    return new ConsumerTerms(
        SourceReader.read(attach, source, codec),
        null,
        attach.getSndSettleMode() == SenderSettleMode.SETTLED,
        whenLost,
        withoutState,
        maxMessageBytes(attach));
  }

  /** Not said, or 0, is no limit (part 2 §2.7.3); what no long can say is none either. */
  private static long maxMessageBytes(Attach attach) {
    long given = attach.getMaxMessageSize() == null ? 0 : attach.getMaxMessageSize().longValue();
    return given <= 0 ? Long.MAX_VALUE : given;
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
    return attach.getTarget() instanceof Target ? null : Fault.NO_ADDRESS;
  }

  private static @Nullable Fault sourceFault(Attach attach) {
    return attach.getSource() == null || attach.getSource() instanceof Source
        ? null
        : Fault.NO_ADDRESS;
  }

  private static boolean offered(Symbol @Nullable [] wanted, List<Symbol> offered) {
    return wanted == null || offered.containsAll(Arrays.asList(wanted));
  }
}
