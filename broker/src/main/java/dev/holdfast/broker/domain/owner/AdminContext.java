package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.storage.MessageStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What management works on; owner thread. */
record AdminContext(
    MessageStore store,
    NodeRegistry nodes,
    AccessCheck access,
    SubscriptionStaging staging,
    ReadAhead reads,
    BacklogReader backlogs,
    DirtySubscriptions dirty,
    Timekeeper time,
    StoreGate gate,
    DomainSettings settings,
    StuckNodes stuck) {

  /** With a look-out of its own for nodes that are stuck. */
  AdminContext(
      MessageStore store,
      NodeRegistry nodes,
      AccessCheck access,
      SubscriptionStaging staging,
      ReadAhead reads,
      BacklogReader backlogs,
      DirtySubscriptions dirty,
      Timekeeper time,
      StoreGate gate,
      DomainSettings settings) {
    this(
        store,
        nodes,
        access,
        staging,
        reads,
        backlogs,
        dirty,
        time,
        gate,
        settings,
        new StuckNodes(nodes, settings.warnings().stuckMs()));
  }

  DeadLetterTasks tasks() {
    return time.tasks();
  }

  /** The queue at this address, if the principal may do this to it. */
  Queue queue(Principal principal, Permission permission, String address) {
    check(principal, permission, address);
    Queue queue = nodes.queue(address);
    if (queue == null) {
      throw new NodeException(PublisherLinks.noSuchNode(address));
    }
    return queue;
  }

  /** What lies at this address to be looked at, if the principal may do this to it. */
  List<PeekTask.Place> places(Principal principal, Permission permission, String address) {
    check(principal, permission, address);
    if (nodes.find(address) instanceof Queue queue) {
      return PeekTask.Place.of(queue.subscription);
    }
    if (nodes.find(address) instanceof Topic topic && topic.definition.retention().keeps()) {
      return List.of(new PeekTask.Place(topic.log.id, Topic.RETENTION, null, topic.name()));
    }
    TopicSubscription subscription = nodes.subscriptions().find(address);
    if (subscription != null && subscription.group.cursors().size() == 1) {
      return PeekTask.Place.of(subscription.group);
    }
    throw new NodeException(
        nodes.find(address) == null && subscription == null
            ? PublisherLinks.noSuchNode(address)
            : new NodeError(
                NodeError.Code.NOT_ALLOWED,
                "look at a subscription of one topic, or at a topic that retains messages"));
  }

  /** The topic of this name, if the principal may do this to it. */
  Topic topic(Principal principal, Permission permission, String name) {
    check(principal, permission, name);
    Topic topic = nodes.topic(name);
    if (topic == null) {
      throw new NodeException(PublisherLinks.noSuchNode(name));
    }
    return topic;
  }

  /** The subscription at this address, if the principal may do this to it. */
  TopicSubscription subscription(Principal principal, Permission permission, String address) {
    if (!SubscriptionNames.isSubscription(address)) {
      throw new NodeException(SourceResolver.noSuchSubscription(address));
    }
    check(principal, permission, address);
    TopicSubscription subscription = nodes.subscriptions().find(address);
    if (subscription == null) {
      throw new NodeException(SourceResolver.noSuchSubscription(address));
    }
    return subscription;
  }

  /** Why a queue cannot be like this, or not by this principal's wish; null when it can. */
  @Nullable NodeError definitionProblem(Principal principal, QueueDefinition definition) {
    String elsewhere = definition.handling().deadLetterTo();
    if (elsewhere.isEmpty()) {
      return messageSizeProblem(definition.maxMessageBytes());
    }
    NodeError denied = access.denied(principal, Permission.SEND, elsewhere);
    if (denied != null) {
      return denied;
    }
    if (nodes.find(elsewhere) == null || elsewhere.equals(definition.name())) {
      return new NodeError(
          NodeError.Code.INVALID, "deadLetterTo must be another node, which is there already");
    }
    return messageSizeProblem(definition.maxMessageBytes());
  }

  /** Why a node cannot have this as its largest message; null when it can. */
  @Nullable NodeError messageSizeProblem(long maxMessageBytes) {
    long most = settings.maxMessageBytes();
    return maxMessageBytes >= 1 && maxMessageBytes <= most
        ? null
        : new NodeError(
            NodeError.Code.INVALID,
            "maxMessageBytes must be between 1 and " + most + ", not " + maxMessageBytes);
  }

  void check(Principal principal, Permission permission, String address) {
    NodeError denied = access.denied(principal, permission, address);
    if (denied != null) {
      throw new NodeException(denied);
    }
  }
}
