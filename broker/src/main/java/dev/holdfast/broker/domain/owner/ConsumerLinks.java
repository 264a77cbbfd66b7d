package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.OwnerCommand;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** Receiving links: attach, credit, outcomes, detach. */
final class ConsumerLinks {
  private final NodeRegistry nodes;
  private final AccessCheck access;
  private final Outbox outbox;
  private final Settler settler;
  private final DirtySubscriptions dirty;
  private final IdentityHashMap<ConsumerPort, ConsumerTarget> targets = new IdentityHashMap<>();

  ConsumerLinks(
      NodeRegistry nodes,
      AccessCheck access,
      Outbox outbox,
      Settler settler,
      DirtySubscriptions dirty) {
    this.nodes = nodes;
    this.access = access;
    this.outbox = outbox;
    this.settler = settler;
    this.dirty = dirty;
  }

  void open(OwnerCommand.OpenConsumer command) {
    ConsumerPort port = command.port();
    Outbox.Lane lane = outbox.lane(port.loop());
    Principal principal = command.peer().principal();
    String address = command.source().address();
    NodeError refusal = access.denied(principal, Permission.RECEIVE, address);
    if (refusal != null) {
      lane.add(new EdgeEvent.ConsumerClosed(port, refusal));
      return;
    }
    Queue queue = nodes.find(address);
    if (queue == null) {
      lane.add(new EdgeEvent.ConsumerClosed(port, PublisherLinks.noSuchNode(address)));
      return;
    }
    ConsumerTarget target =
        new ConsumerTarget(
            port,
            queue.subscription,
            principal,
            command.preSettled(),
            command.defaultOutcome(),
            lane);
    targets.put(port, target);
    queue.subscription.attach(target);
    target.emit(
        new EdgeEvent.ConsumerOpened(
            port, new OpenedSource(queue.name(), NodeKind.QUEUE, null, null, false)));
  }

  void flow(OwnerCommand.Flow command) {
    ConsumerTarget target = living(command.port());
    if (target != null) {
      target.subscription.flow(
          target, command.deliveryLimit(), command.byteLimit(), command.drain());
      dirty.add(target.subscription);
    }
  }

  /** A delivery that has left this consumer meanwhile is ignored: it has its outcome. */
  void settle(OwnerCommand.Settle command) {
    if (command.delivery() instanceof OutDelivery delivery
        && delivery.consumer.port == command.port()
        && !delivery.consumer.closed) {
      settler.settle(delivery, command.outcome(), command.confirm());
    }
  }

  void close(OwnerCommand.CloseConsumer command) {
    ConsumerTarget target = targets.remove(command.port());
    if (target == null || target.closed) {
      return;
    }
    target.subscription.detach(target);
    dirty.add(target.subscription);
    for (OutDelivery d = target.oldestOut(); d != null; d = d.next) {
      settler.settle(d, target.defaultOutcome, false);
    }
  }

  private @Nullable ConsumerTarget living(ConsumerPort port) {
    ConsumerTarget target = targets.get(port);
    return target == null || target.closed ? null : target;
  }

  /** The broker stops: what is out stays in the log, untouched. */
  void closeAll(NodeError error) {
    for (ConsumerTarget target : targets.values()) {
      if (!target.closed) {
        target.closed = true;
        target.emit(new EdgeEvent.ConsumerClosed(target.port, error));
      }
    }
  }
}
