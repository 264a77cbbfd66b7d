package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Receiving links: attach, credit, outcomes, detach. */
final class ConsumerLinks {
  private static final NodeError STOLEN =
      new NodeError(NodeError.Code.FORCED, "another connection of this container consumes instead");

  private final NodeRegistry nodes;
  private final AccessCheck access;
  private final Outbox outbox;
  private final Settler settler;
  private final Transactions transactions;
  private final DirtySubscriptions dirty;
  private final SourceResolver sources;
  private final SubscriptionStaging staging;
  private final Browsers browsers;
  private final IdentityHashMap<ConsumerPort, ConsumerTarget> targets = new IdentityHashMap<>();

  /** Links that only looked a subscription up, and may delete it. */
  private final IdentityHashMap<ConsumerPort, Finder> finders = new IdentityHashMap<>();

  private record Finder(Peer peer, TopicSubscription found) {}

  /** What receiving links work with. */
  record Parts(
      NodeRegistry nodes,
      AccessCheck access,
      Outbox outbox,
      Settler settler,
      Transactions transactions,
      DirtySubscriptions dirty,
      SubscriptionStaging staging,
      Browsers browsers) {}

  ConsumerLinks(Parts parts) {
    this.nodes = parts.nodes();
    this.access = parts.access();
    this.outbox = parts.outbox();
    this.settler = parts.settler();
    this.transactions = parts.transactions();
    this.dirty = parts.dirty();
    this.staging = parts.staging();
    this.browsers = parts.browsers();
    this.sources = new SourceResolver(nodes, access);
  }

  /** The change of subscriptions that this attach needs; null: {@link #open} is enough. */
  @Nullable NodeChange changeFor(OwnerCommand.OpenConsumer command) {
    Resolution resolution = resolve(command);
    if (resolution instanceof Resolution.Subscribe) {
      return new SubscribeLink(command, this, nodes, staging);
    }
    return resolution instanceof Resolution.NeedsDeadLetters needs
        ? new MakeDeadLetters(needs.of(), nodes, () -> open(command))
        : null;
  }

  /** The change of subscriptions that this end is; null: {@link #close} is enough. */
  @Nullable NodeChange changeFor(OwnerCommand.CloseConsumer command) {
    TopicSubscription goes = goesWith(command);
    return goes == null
        ? null
        : new DropSubscriptions(
            List.of(goes), nodes, staging, NodeRegistry.SUBSCRIPTION_DELETED, () -> gone(command));
  }

  Resolution resolve(OwnerCommand.OpenConsumer command) {
    return sources.resolve(command);
  }

  /** An attach that changes no subscription. */
  void open(OwnerCommand.OpenConsumer command) {
    Resolution resolution = resolve(command);
    if (resolution instanceof Resolution.Join join) {
      join(command, join);
    } else if (resolution instanceof Resolution.Browse browse) {
      browsers.open(command, browse, outbox.lane(command.port().loop()));
    } else if (resolution instanceof Resolution.Refused refused) {
      refuse(command.port(), refused.error());
    } else {
      throw new IllegalStateException("an attach that makes something is a change of nodes");
    }
  }

  private void refuse(ConsumerPort port, NodeError error) {
    outbox.lane(port.loop()).add(new EdgeEvent.ConsumerClosed(port, error));
  }

  /** One more consumer of a subscription that is there. */
  void join(OwnerCommand.OpenConsumer command, Resolution.Join join) {
    ConsumerPort port = command.port();
    TopicSubscription subscription = nodes.subscriptions().of(join.group());
    if (subscription != null) {
      subscription.used();
      steal(subscription);
    }
    ConsumerTarget target =
        new ConsumerTarget(command, join, mayRead(command, join.group()), outbox.lane(port.loop()));
    targets.put(port, target);
    join.group().attach(target);
    target.emit(
        new EdgeEvent.ConsumerOpened(port, join.source().paused(nodes.paused(join.group()))));
  }

  /** A pattern may match topics that this consumer may not receive from, now or later. */
  private @Nullable Predicate<String> mayRead(
      OwnerCommand.OpenConsumer command, Subscription group) {
    TopicSubscription subscription = nodes.subscriptions().of(group);
    Peer peer = command.peer();
    return subscription == null || subscription.pattern == null
        ? null
        : topic ->
            access.denied(peer.principal(), Permission.RECEIVE, NodeKind.TOPIC, topic) == null;
  }

  /**
   * A container that comes back on a new connection, before its old one is known to be lost, gets
   * its unshared subscription back.
   */
  private void steal(TopicSubscription subscription) {
    if (!subscription.definition.traits().shared()) {
      for (ConsumerTarget before : List.copyOf(subscription.group.consumers().present())) {
        end(before);
        before.emit(new EdgeEvent.ConsumerClosed(before.port, STOLEN));
      }
    }
  }

  /** A link that asks for a subscription by its name alone. */
  void find(OwnerCommand.FindSubscription command) {
    ConsumerPort port = command.port();
    String name = SubscriptionNames.of(command.subscription(), command.peer().container());
    TopicSubscription found = nodes.subscriptions().named(name);
    if (found == null) {
      refuse(port, SourceResolver.noSuchSubscription(command.subscription().name()));
      return;
    }
    NodeError refusal =
        access.denied(command.peer().principal(), Permission.RECEIVE, found.address());
    if (refusal != null) {
      refuse(port, refusal);
      return;
    }
    finders.put(port, new Finder(command.peer(), found));
    outbox.lane(port.loop()).add(new EdgeEvent.ConsumerOpened(port, SourceResolver.opened(found)));
  }

  void flow(OwnerCommand.Flow command) {
    ConsumerTarget target = living(command.port());
    if (target != null) {
      target.subscription.flow(
          target, command.deliveryLimit(), command.byteLimit(), command.drain());
      dirty.add(target.subscription);
      return;
    }
    Browser browser = browsers.find(command.port());
    if (browser != null) {
      browser.link.flow(command.deliveryLimit(), command.byteLimit(), command.drain());
    }
  }

  /** A delivery that has left this consumer meanwhile is ignored: it has its outcome. */
  void settle(OwnerCommand.Settle command) {
    if (command.delivery() instanceof OutDelivery delivery
        && delivery.consumer.port == command.port()
        && !delivery.consumer.closed) {
      delivery.consumer.heard(delivery);
      if (command.transaction() != OwnerCommand.NO_TRANSACTION
          || delivery.state == OutDelivery.State.IN_TRANSACTION) {
        transactions.retire(delivery, command);
      } else {
        settler.settle(delivery, command.outcome(), command.confirm());
      }
    } else if (command.delivery() instanceof Browser.Copy copy
        && copy.browser() == browsers.find(command.port())
        && command.confirm()) {
      copy.browser().link.outcomeStored(copy);
    }
  }

  /** A consumer says that it is still at work on a delivery. */
  void renew(OwnerCommand.Renew command) {
    if (command.delivery() instanceof OutDelivery delivery
        && delivery.consumer.port == command.port()
        && delivery.state == OutDelivery.State.OUT) {
      delivery.consumer.heard(delivery);
    }
  }

  /** An end that changes no subscription. */
  void close(OwnerCommand.CloseConsumer command) {
    ConsumerPort port = command.port();
    TopicSubscription named = namedBy(port);
    boolean asks = named != null || finders.containsKey(port);
    if (asks && command.ending() == LinkEnding.CLOSED) {
      // What somebody else deleted since it was found is as gone as was asked for.
      NodeError stays = named == null ? null : whyItStays(port, named);
      outbox.lane(port.loop()).add(new EdgeEvent.Unsubscribed(port, stays));
    }
    finders.remove(port);
    browsers.close(port);
    ConsumerTarget target = targets.remove(port);
    if (target != null && !target.closed) {
      end(target);
    }
  }

  /** The subscription went with its link. */
  private void gone(OwnerCommand.CloseConsumer command) {
    ConsumerPort port = command.port();
    if (namedBy(port) != null && command.ending() == LinkEnding.CLOSED) {
      outbox.lane(port.loop()).add(new EdgeEvent.Unsubscribed(port, null));
    }
    finders.remove(port);
    ConsumerTarget target = targets.remove(port);
    if (target != null) {
      target.closed = true;
    }
  }

  private void end(ConsumerTarget target) {
    target.subscription.detach(target);
    dirty.add(target.subscription);
    for (OutDelivery d = target.oldestOut(); d != null; d = d.next) {
      settler.abandoned(d);
    }
  }

  /** The subscription that has nobody left when this link goes, or is told to go. */
  private @Nullable TopicSubscription goesWith(OwnerCommand.CloseConsumer command) {
    ConsumerPort port = command.port();
    TopicSubscription named = namedBy(port);
    if (named != null && command.ending() == LinkEnding.CLOSED) {
      return whyItStays(port, named) == null && !others(port, named) ? named : null;
    }
    ConsumerTarget target = living(port);
    TopicSubscription subscription =
        target == null ? null : nodes.subscriptions().of(target.subscription);
    return subscription == null || subscription.durable() || others(port, subscription)
        ? null
        : subscription;
  }

  /** The living subscription that this port asked for by its name. */
  private @Nullable TopicSubscription namedBy(ConsumerPort port) {
    Finder finder = finders.get(port);
    ConsumerTarget target = living(port);
    TopicSubscription found =
        target != null && target.unsubscribes
            ? nodes.subscriptions().of(target.subscription)
            : finder == null ? null : finder.found();
    return found == null || found.group.deleted ? null : found;
  }

  /** A volatile one that others still use stays without anybody being told. */
  private @Nullable NodeError whyItStays(ConsumerPort port, TopicSubscription subscription) {
    if (!subscription.durable()) {
      return null;
    }
    if (others(port, subscription)) {
      return new NodeError(
          NodeError.Code.LOCKED, "the subscription stays, for it has consumers; close them first");
    }
    Principal principal = asker(port);
    return principal == null || principal.name().equals(subscription.definition.creator())
        ? null
        : access.denied(principal, Permission.DELETE, subscription.address());
  }

  private @Nullable Principal asker(ConsumerPort port) {
    ConsumerTarget target = living(port);
    if (target != null) {
      return target.peer.principal();
    }
    Finder finder = finders.get(port);
    return finder == null ? null : finder.peer().principal();
  }

  private boolean others(ConsumerPort port, TopicSubscription subscription) {
    ConsumerTarget target = living(port);
    boolean mine = target != null && target.subscription == subscription.group;
    return subscription.group.consumerCount() > (mine ? 1 : 0);
  }

  private @Nullable ConsumerTarget living(ConsumerPort port) {
    ConsumerTarget target = targets.get(port);
    return target == null || target.closed ? null : target;
  }

  /**
   * Closes links that would not be let in now.
   *
   * @param peer whose; null: everybody's
   * @return what has to follow, each in its turn
   */
  List<OwnerCommand> review(@Nullable Peer peer) {
    List<OwnerCommand> endings = new ArrayList<>();
    for (ConsumerTarget target : targets.values()) {
      if (target.closed || (peer != null && peer != target.peer)) {
        continue;
      }
      NodeError denied = denied(target);
      if (denied != null) {
        // Nothing more in this turn; what is out comes back when the end is carried out.
        target.flow(0, 0, false);
        target.emit(new EdgeEvent.ConsumerClosed(target.port, AccessCheck.revoked(denied)));
        endings.add(new OwnerCommand.CloseConsumer(target.port, LinkEnding.DETACHED));
      }
    }
    browsers.review(peer, access, endings);
    return endings;
  }

  private @Nullable NodeError denied(ConsumerTarget target) {
    Principal principal = target.peer.principal();
    TopicSubscription of = nodes.subscriptions().of(target.subscription);
    if (of == null) {
      return access.denied(principal, Permission.RECEIVE, target.subscription.name);
    }
    return SubscriptionNames.isUnnamed(of.definition)
        ? access.denied(principal, Permission.RECEIVE, NodeKind.TOPIC, of.definition.source())
        : access.denied(principal, Permission.RECEIVE, of.address());
  }

  /** The broker stops: what is out stays in the log, untouched. */
  void closeAll(NodeError error) {
    browsers.closeAll(error);
    for (ConsumerTarget target : targets.values()) {
      if (!target.closed) {
        target.closed = true;
        target.emit(new EdgeEvent.ConsumerClosed(target.port, error));
      }
    }
  }
}
