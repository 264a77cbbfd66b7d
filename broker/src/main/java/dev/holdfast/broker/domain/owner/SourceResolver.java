package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.MessageFilter;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.SourceRequest;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.broker.domain.SubscriptionDefinition.Traits;
import dev.holdfast.broker.domain.SubscriptionRequest;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a receiving link asks for, and decides without changing anything: join, subscribe, or
 * refuse.
 *
 * <p>Who may: receiving from a queue needs {@code receive} on it, browsing it {@code browse}. A
 * link's own volatile subscription needs {@code receive} on the topic. Joining a named one needs
 * {@code receive} on the subscription, and making it {@code create} on it and {@code receive} on
 * the topic besides. A pattern is asked about like a topic's name, and then for each topic it
 * reads, whenever a message of it is to be handed out.
 */
final class SourceResolver {
  private final NodeRegistry nodes;
  private final AccessCheck access;

  SourceResolver(NodeRegistry nodes, AccessCheck access) {
    this.nodes = nodes;
    this.access = access;
  }

  Resolution resolve(OwnerCommand.OpenConsumer command) {
    SourceRequest source = command.source();
    try {
      if (source.address().endsWith(NodeName.DEAD_LETTER_SUFFIX)) {
        return node(command.peer(), source);
      }
      if (SubscriptionNames.isSubscription(source.address())) {
        return byAddress(command.peer(), source);
      }
      if (NodeName.isPattern(source.address())) {
        return pattern(command.peer(), source);
      }
      return node(command.peer(), source);
    } catch (RefusedException refusal) {
      return new Resolution.Refused(refusal.error);
    }
  }

  private Resolution node(Peer peer, SourceRequest source) {
    String address = source.address();
    Node node = nodes.find(address);
    boolean named = source.subscription() != null && node instanceof Topic;
    if (!named) {
      boolean looks = source.selection().browse() && !(node instanceof Topic);
      check(
          access.denied(peer.principal(), looks ? Permission.BROWSE : Permission.RECEIVE, address));
    }
    if (node == null) {
      TopicSubscription of = nodes.subscriptions().ofDeadLetters(address);
      if (of == null) {
        throw new RefusedException(PublisherLinks.noSuchNode(address));
      }
      return new Resolution.NeedsDeadLetters(of);
    }
    NodeError otherKind = otherKind(node, source.kind());
    if (otherKind != null) {
      throw new RefusedException(otherKind);
    }
    return node instanceof Queue queue ? queue(queue, source) : topic(peer, source);
  }

  private static Resolution queue(Queue queue, SourceRequest source) {
    SubscriptionRequest subscription = source.subscription();
    if (subscription != null && subscription.shared()) {
      throw refused(
          NodeError.Code.NOT_ALLOWED, queue.name() + " is a queue and has no subscriptions");
    }
    if (source.selection().browse()) {
      return new Resolution.Browse(
          queue,
          new OpenedSource(queue.name(), NodeKind.QUEUE, null, source.selection().filter(), false));
    }
    check(queue.subscription.consumers().refusal(source.turn().exclusive()));
    MessageFilter filter = source.selection().filter();
    return new Resolution.Join(
        queue.subscription,
        new OpenedSource(queue.name(), NodeKind.QUEUE, null, filter, false),
        filter,
        false);
  }

  private Resolution pattern(Peer peer, SourceRequest source) {
    if (source.kind() == NodeKind.QUEUE) {
      throw refused(NodeError.Code.NOT_ALLOWED, "only topics can be named by a pattern");
    }
    check(access.denied(peer.principal(), Permission.RECEIVE, NodeKind.TOPIC, source.address()));
    checkName(NodeName.patternProblem(source.address()));
    return topic(peer, source);
  }

  private Resolution topic(Peer peer, SourceRequest source) {
    SubscriptionRequest request = source.subscription();
    if (request == null) {
      return new Resolution.Subscribe(
          definition(peer, source, "", new Traits(false, false, false)),
          source.selection().start(),
          null);
    }
    String name = SubscriptionNames.of(request, peer.container());
    checkName(NodeName.subscriptionProblem(SubscriptionNames.chosen(name)));
    Traits traits = new Traits(request.durable(), request.shared(), true, request.lingerMs());
    SubscriptionDefinition wanted = definition(peer, source, name, traits);
    TopicSubscription present = nodes.subscriptions().find(wanted.address());
    if (present == null) {
      present = nodes.subscriptions().named(name);
    }
    check(access.denied(peer.principal(), Permission.RECEIVE, wanted.address()));
    if (present == null) {
      return make(peer.principal(), wanted, source, null);
    }
    if (present.definition.traits().shared() != request.shared()) {
      throw refused(
          NodeError.Code.CONFLICT,
          "the subscription exists and is "
              + (request.shared() ? "not shared" : "shared")
              + "; unsubscribe first");
    }
    if (same(present.definition, wanted)) {
      return join(peer, source, present, true);
    }
    if (present.group.hasConsumers()) {
      throw refused(
          NodeError.Code.CONFLICT,
          "the subscription has consumers, and another topic or filter than asked for");
    }
    return make(peer.principal(), wanted, source, present);
  }

  private Resolution byAddress(Peer peer, SourceRequest source) {
    String address = source.address();
    check(access.denied(peer.principal(), Permission.RECEIVE, address));
    if (source.kind() == NodeKind.QUEUE) {
      throw refused(NodeError.Code.NOT_ALLOWED, address + " is a subscription, not a queue");
    }
    TopicSubscription present = nodes.subscriptions().find(address);
    if (present != null) {
      return join(peer, source, present, false);
    }
    String of = SubscriptionNames.source(address);
    if (access.denied(peer.principal(), Permission.CREATE, address) != null) {
      throw new RefusedException(noSuchSubscription(address));
    }
    checkName(NodeName.isPattern(of) ? NodeName.patternProblem(of) : NodeName.problem(of));
    String name = SubscriptionNames.name(address);
    checkName(NodeName.subscriptionProblem(name));
    SubscriptionDefinition wanted =
        new SubscriptionDefinition(
            of,
            name,
            Traits.DURABLE_SHARED,
            source.selection().filter(),
            "",
            peer.principal().name());
    return make(peer.principal(), wanted, source, null);
  }

  private Resolution make(
      Principal principal,
      SubscriptionDefinition wanted,
      SourceRequest source,
      @Nullable TopicSubscription replaced) {
    check(access.denied(principal, Permission.CREATE, wanted.address()));
    check(access.denied(principal, Permission.RECEIVE, NodeKind.TOPIC, wanted.source()));
    if (!NodeName.isPattern(wanted.source()) && nodes.topic(wanted.source()) == null) {
      throw new RefusedException(PublisherLinks.noSuchNode(wanted.source()));
    }
    return new Resolution.Subscribe(wanted, source.selection().start(), replaced);
  }

  private static Resolution join(
      Peer peer, SourceRequest source, TopicSubscription present, boolean unsubscribes) {
    // Null: nothing beyond what the subscription takes.
    MessageFilter filter = source.selection().filter();
    Consumers consumers = present.group.consumers();
    if (present.definition.traits().shared()) {
      check(consumers.refusal(source.turn().exclusive()));
    } else if (consumers.holdAgainst(peer)) {
      throw refused(
          NodeError.Code.LOCKED,
          "the subscription has a consumer and is not shared; close that first");
    }
    boolean narrower =
        filter != null && !Arrays.equals(filter.encoded(), encoded(present.definition.filter()));
    OpenedSource opened = opened(present);
    return narrower
        ? new Resolution.Join(
            present.group,
            new OpenedSource(
                opened.address(), opened.kind(), opened.subscription(), filter, opened.noLocal()),
            filter,
            unsubscribes)
        : new Resolution.Join(present.group, opened, null, unsubscribes);
  }

  private static SubscriptionDefinition definition(
      Peer peer, SourceRequest source, String name, Traits traits) {
    boolean leaveOut = source.selection().noLocal() && !peer.container().isEmpty();
    return new SubscriptionDefinition(
        source.address(),
        name,
        traits,
        source.selection().filter(),
        leaveOut ? peer.container() : "",
        peer.principal().name());
  }

  private static boolean same(SubscriptionDefinition a, SubscriptionDefinition b) {
    return a.source().equals(b.source())
        && a.leaveOut().equals(b.leaveOut())
        && Arrays.equals(encoded(a.filter()), encoded(b.filter()));
  }

  private static byte @Nullable [] encoded(@Nullable MessageFilter filter) {
    return filter == null ? null : filter.encoded();
  }

  /** What a consumer of this subscription is told that it gets. */
  static OpenedSource opened(TopicSubscription subscription) {
    SubscriptionDefinition definition = subscription.definition;
    return new OpenedSource(
        definition.source(),
        NodeKind.TOPIC,
        subscription.asRequest(),
        definition.filter(),
        !definition.leaveOut().isEmpty());
  }

  /** Why a node of this kind is not what a terminus's capabilities ask for; null when it is. */
  static @Nullable NodeError otherKind(Node node, @Nullable NodeKind asked) {
    if (asked == null || asked == node.kind()) {
      return null;
    }
    return new NodeError(
        NodeError.Code.NOT_FOUND,
        node.name()
            + (asked == NodeKind.TOPIC ? " is a queue, not a topic" : " is a topic, not a queue"));
  }

  static NodeError noSuchSubscription(String address) {
    return new NodeError(
        NodeError.Code.NOT_FOUND, "there is no subscription " + address + "; create it first");
  }

  private static void check(@Nullable NodeError denied) {
    if (denied != null) {
      throw new RefusedException(denied);
    }
  }

  private static void checkName(Optional<String> problem) {
    if (problem.isPresent()) {
      throw refused(NodeError.Code.INVALID, problem.get());
    }
  }

  private static RefusedException refused(NodeError.Code code, String description) {
    return new RefusedException(new NodeError(code, description));
  }

  /** Ends a decision early. */
  private static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient NodeError error;

    RefusedException(NodeError error) {
      super(error.description(), null, false, false);
      this.error = error;
    }
  }
}
