package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeName;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.storage.MessageStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All nodes by address, built from the store's definitions. */
final class NodeRegistry {
  static final NodeError DELETED =
      new NodeError(NodeError.Code.DELETED, "the queue has been deleted");

  private final MessageStore store;
  private final DomainSettings settings;
  private final MemoryBudget budget;
  private final Map<String, Queue> queues = new HashMap<>();

  NodeRegistry(MessageStore store, DomainSettings settings, MemoryBudget budget) {
    this.store = store;
    this.settings = settings;
    this.budget = budget;
  }

  @Nullable Queue find(String address) {
    return queues.get(address);
  }

  /** Every queue and every dead-letter queue. */
  Collection<Queue> queues() {
    return queues.values();
  }

  /**
   * Makes memory agree with the store: at the start, and after a failed commit. Queues that stay
   * keep their links and what is out at them.
   */
  void rebuild() {
    Map<String, Queue> before = new HashMap<>(queues);
    queues.clear();
    for (Map.Entry<String, byte[]> entry : store.view().definitions().entrySet()) {
      if (NodeCodec.isNode(entry.getKey())) {
        NodeCodec.StoredQueue stored = NodeCodec.decode(entry.getKey(), entry.getValue(), settings);
        Queue known = before.get(stored.definition().name());
        if (known != null && known.log.id == stored.logId()) {
          keep(known);
        } else {
          add(stored);
        }
      }
    }
    for (Queue queue : before.values()) {
      if (queues.get(queue.name()) != queue) {
        queue.close(DELETED);
      }
    }
  }

  private void keep(Queue queue) {
    queue.log.rebuild(store.view());
    queues.put(queue.name(), queue);
    if (queue.deadLetters != null) {
      keep(queue.deadLetters);
    }
  }

  /** Adds a queue whose logs the store has. */
  Queue add(NodeCodec.StoredQueue stored) {
    QueueDefinition definition = stored.definition();
    QueueDefinition deadDefinition =
        new QueueDefinition(
            definition.name() + NodeName.DEAD_LETTER_SUFFIX,
            definition.maxMessageBytes(),
            definition.retry());
    Queue dead =
        new Queue(
            stored.deadLetterLogId(), deadDefinition, null, budget, settings.queueWindowBytes());
    Queue queue = new Queue(stored.logId(), definition, dead, budget, settings.queueWindowBytes());
    dead.log.rebuild(store.view());
    queue.log.rebuild(store.view());
    queues.put(dead.name(), dead);
    queues.put(queue.name(), queue);
    return queue;
  }

  /** Takes a queue and its dead letters out and ends their links. */
  void remove(Queue queue) {
    List<Queue> gone = new ArrayList<>();
    gone.add(queue);
    if (queue.deadLetters != null) {
      gone.add(queue.deadLetters);
    }
    for (Queue each : gone) {
      queues.remove(each.name());
      each.close(DELETED);
    }
  }
}
