package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.FilterCodec;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.SubscriptionDefinition;
import dev.holdfast.deadletter.RetryPolicy;
import dev.holdfast.storage.MessageStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All nodes by address and all subscriptions, built from the store's definitions. */
final class NodeRegistry {
  static final NodeError DELETED =
      new NodeError(NodeError.Code.DELETED, "the queue has been deleted");
  static final NodeError TOPIC_DELETED =
      new NodeError(NodeError.Code.DELETED, "the topic has been deleted");
  static final NodeError SUBSCRIPTION_DELETED =
      new NodeError(NodeError.Code.DELETED, "the subscription has been deleted");

  private final MessageStore store;
  private final DomainSettings settings;
  private final FilterCodec filters;
  private final MemoryBudget budget;
  private final TurnNotes notes;
  private final WindowLimits queueWindow;
  private final WindowLimits subscriptionWindow;
  private final Map<String, Node> nodes = new HashMap<>();
  private final Subscriptions subscriptions = new Subscriptions();
  private final Maintenance maintenance = new Maintenance();
  private final QueueTemplates templates;
  private final List<Topic> retaining = new ArrayList<>();

  NodeRegistry(
      MessageStore store,
      DomainSettings settings,
      FilterCodec filters,
      MemoryBudget budget,
      TurnNotes notes) {
    this.store = store;
    this.settings = settings;
    this.filters = filters;
    this.budget = budget;
    this.notes = notes;
    this.templates = new QueueTemplates(settings);
    this.queueWindow = WindowLimits.queue(settings);
    this.subscriptionWindow = WindowLimits.subscription(settings);
  }

  @Nullable Node find(String address) {
    return nodes.get(address);
  }

  /** Why nothing is delivered of this subscription; null: of some log there is. */
  @Nullable String paused(Subscription group) {
    List<LogCursor> cursors = group.cursors();
    if (cursors.isEmpty() || !cursors.stream().allMatch(cursor -> cursor.log.paused)) {
      return null;
    }
    Node node = find(cursors.get(0).log.name);
    return node == null ? null : node.pause().reason();
  }

  /** Largest message that any node takes. */
  long maxMessageBytes() {
    return settings.maxMessageBytes();
  }

  @Nullable Queue queue(String address) {
    return nodes.get(address) instanceof Queue queue ? queue : null;
  }

  @Nullable Topic topic(String address) {
    return nodes.get(address) instanceof Topic topic ? topic : null;
  }

  /** The id that a log made now gets. */
  int nextLogId() {
    return store.view().nextLogId();
  }

  /** Every queue, every dead-letter queue and every topic. */
  Collection<Node> all() {
    return nodes.values();
  }

  /** What goes through the nodes. */
  Traffic traffic() {
    return notes.traffic;
  }

  /** What operators hold back. */
  Maintenance maintenance() {
    return maintenance;
  }

  /** What queues are like when nothing else is said. */
  QueueTemplates templates() {
    return templates;
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  /** Everybody may have something new to hand out. */
  void markAll(DirtySubscriptions dirty) {
    for (Node node : nodes.values()) {
      if (node instanceof Queue queue) {
        dirty.add(queue.subscription);
      }
    }
    for (TopicSubscription subscription : subscriptions.all()) {
      dirty.add(subscription.group);
    }
  }

  /**
   * Makes memory agree with the store: at the start, and after a failed commit. What stays keeps
   * its links and what is out at them.
   */
  void rebuild() {
    Map<String, Node> before = new HashMap<>(nodes);
    nodes.clear();
    retaining.clear();
    List<SubscriptionCodec.StoredSubscription> stored = new ArrayList<>();
    for (Map.Entry<String, byte[]> entry : store.view().definitions().entrySet()) {
      if (NodeCodec.isNode(entry.getKey())) {
        rebuildNode(NodeCodec.decode(entry.getKey(), entry.getValue(), settings), before);
      } else if (SubscriptionCodec.isSubscription(entry.getKey())) {
        stored.add(SubscriptionCodec.decode(entry.getKey(), entry.getValue(), filters));
      }
    }
    rebuildSubscriptions(stored);
    templates.rebuild(store.view().definitions());
    maintenance.rebuild(store.view().definitions(), nodes.values());
    for (Node node : before.values()) {
      Node now = nodes.get(node.name());
      if (now != node && node instanceof Queue queue) {
        queue.close(DELETED);
      } else if (now != node && node instanceof Topic topic) {
        topic.close(TOPIC_DELETED);
      }
    }
    for (Node node : nodes.values()) {
      if (node instanceof Topic topic) {
        topic.rebuild(store.view(), subscriptions, subscriptionWindow);
      }
    }
  }

  private void rebuildNode(NodeCodec.StoredNode stored, Map<String, Node> before) {
    if (stored instanceof NodeCodec.StoredQueue queue) {
      Node known = before.get(queue.definition().name());
      if (known instanceof Queue same && same.log.id == queue.logId()) {
        keep(same);
      } else {
        add(queue);
      }
    } else if (stored instanceof NodeCodec.StoredTopic topic) {
      Node known = before.get(topic.definition().name());
      if (known instanceof Topic same && same.log.id == topic.logId()) {
        put(same);
      } else {
        add(topic);
      }
    }
  }

  private void keep(Queue queue) {
    queue.rebuild(store.view());
    nodes.put(queue.name(), queue);
    if (queue.deadLetters != null) {
      keep(queue.deadLetters);
    }
  }

  private void rebuildSubscriptions(List<SubscriptionCodec.StoredSubscription> stored) {
    Map<Integer, TopicSubscription> gone = new HashMap<>();
    for (TopicSubscription subscription : subscriptions.all()) {
      gone.put(subscription.id, subscription);
    }
    for (SubscriptionCodec.StoredSubscription each : stored) {
      TopicSubscription known = gone.remove(each.id());
      if (known == null) {
        addUnread(each);
      } else {
        deadLetters(known, each.deadLetterLogId());
      }
    }
    for (TopicSubscription subscription : gone.values()) {
      subscriptions.remove(subscription);
      subscription.group.close(SUBSCRIPTION_DELETED);
    }
  }

  /** Adds a queue whose logs the store has. */
  Queue add(NodeCodec.StoredQueue stored) {
    QueueDefinition definition = stored.definition();
    Queue dead =
        addDeadLetters(
            definition.name(),
            stored.deadLetterLogId(),
            definition.maxMessageBytes(),
            definition.retry());
    Queue queue = new Queue(stored.logId(), definition, dead, budget, notes, queueWindow);
    queue.rebuild(store.view());
    nodes.put(queue.name(), queue);
    return queue;
  }

  private Queue addDeadLetters(String of, int logId, long maxMessageBytes, RetryPolicy retry) {
    QueueDefinition definition =
        new QueueDefinition(of + NodeName.DEAD_LETTER_SUFFIX, maxMessageBytes, retry);
    Queue dead = new Queue(logId, definition, null, budget, notes, queueWindow);
    dead.rebuild(store.view());
    nodes.put(dead.name(), dead);
    return dead;
  }

  /** Adds a topic whose log the store has, with the cursors that are there already. */
  Topic add(NodeCodec.StoredTopic stored) {
    Topic topic = new Topic(stored.logId(), stored.definition());
    put(topic);
    topic.rebuild(store.view(), subscriptions, subscriptionWindow);
    return topic;
  }

  private void put(Topic topic) {
    nodes.put(topic.name(), topic);
    if (topic.definition.retention().keeps()) {
      retaining.add(topic);
    }
  }

  /** A topic is defined anew. */
  void redefined(Topic topic) {
    retaining.remove(topic);
    if (topic.definition.retention().keeps()) {
      retaining.add(topic);
    }
  }

  /** Adds a subscription whose cursors the store has. */
  TopicSubscription add(SubscriptionCodec.StoredSubscription stored) {
    TopicSubscription subscription = addUnread(stored);
    for (Topic topic : covered(subscription)) {
      if (topic.has(subscription, store.view())) {
        subscription
            .group
            .read(topic.log, subscription.id, subscriptionWindow)
            .rebuild(store.view());
      }
    }
    return subscription;
  }

  /** The topics that retain messages. */
  List<Topic> retaining() {
    return retaining;
  }

  /** All topics that a subscription covers. */
  List<Topic> covered(TopicSubscription subscription) {
    return covered(subscription.definition.source());
  }

  /** All topics that this name or pattern covers. */
  List<Topic> covered(String source) {
    if (!NodeName.isPattern(source)) {
      Topic topic = topic(source);
      return topic == null ? List.of() : List.of(topic);
    }
    TopicPattern pattern = new TopicPattern(source);
    List<Topic> covered = new ArrayList<>();
    for (Node node : nodes.values()) {
      if (node instanceof Topic topic && pattern.matches(topic.name())) {
        covered.add(topic);
      }
    }
    return covered;
  }

  private TopicSubscription addUnread(SubscriptionCodec.StoredSubscription stored) {
    SubscriptionDefinition definition = stored.definition();
    boolean durable = definition.traits().durable();
    Topic topic = topic(definition.source());
    Subscription group =
        new Subscription(
            new SubscriptionTerms(
                definition.address(),
                topic == null ? RetryPolicy.DEFAULT : topic.definition.retry(),
                durable ? Subscription.Undeliverable.DEAD_LETTER : Subscription.Undeliverable.DROP,
                durable,
                false,
                NodeName.isPattern(definition.source()),
                Intake.of(definition)),
            budget,
            notes);
    TopicSubscription subscription = new TopicSubscription(stored.id(), definition, group);
    subscriptions.add(subscription);
    deadLetters(subscription, stored.deadLetterLogId());
    return subscription;
  }

  /** The dead letters of a subscription, when they have a log. */
  void deadLetters(TopicSubscription subscription, int logId) {
    Queue known = subscription.group.deadLetters;
    if (logId == 0) {
      subscription.group.deadLetters = null;
    } else if (known != null && known.log.id == logId && !known.deleted()) {
      keep(known);
    } else {
      subscription.group.deadLetters =
          addDeadLetters(
              subscription.address(),
              logId,
              settings.maxMessageBytes(),
              subscription.group.handling.retry());
    }
  }

  /** Takes a queue and its dead letters out and ends their links. */
  void remove(Queue queue) {
    nodes.remove(queue.name());
    queue.close(DELETED);
    if (queue.deadLetters != null) {
      nodes.remove(queue.deadLetters.name());
      queue.deadLetters.close(DELETED);
    }
  }

  /** Takes a topic out and ends its links; its subscriptions are the caller's. */
  void remove(Topic topic) {
    nodes.remove(topic.name());
    retaining.remove(topic);
    topic.close(TOPIC_DELETED);
  }

  /** Takes a subscription and its dead letters out and ends their links. */
  void remove(TopicSubscription subscription, NodeError why) {
    subscriptions.remove(subscription);
    subscription.group.close(why);
    Queue dead = subscription.group.deadLetters;
    if (dead != null) {
      nodes.remove(dead.name());
      dead.close(DELETED);
    }
  }
}
